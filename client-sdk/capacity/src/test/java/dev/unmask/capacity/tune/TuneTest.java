package dev.unmask.capacity.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.unmask.capacity.measure.RunFigures;
import dev.unmask.capacity.score.Score;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TuneTest {
  private static TunedPoint point(double score, double speed) {
    RunFigures figures = mock(RunFigures.class);
    when(figures.tokenThroughput()).thenReturn(speed);
    when(figures.decoding()).thenReturn(Optional.empty());
    return new TunedPoint(Map.of("t", speed), figures, new Score(score, 10, Map.of()));
  }

  @Test
  void grid_hasAllCombinations() {
    assertEquals(
        List.of(
            Map.of("a", "1", "b", "x"),
            Map.of("a", "1", "b", "y"),
            Map.of("a", "2", "b", "x"),
            Map.of("a", "2", "b", "y")),
        ParameterGrid.of(List.of("a=1,2", "b=x, y")).points());
    for (List<String> wrong :
        List.of(List.of("a"), List.of("=1"), List.of("a="), List.of("a=1", "a=2"))) {
      assertThrows(UnmaskException.class, () -> ParameterGrid.of(wrong));
    }
    String many = "0,1,2,3,4,5,6,7,8,9";
    assertThrows(
        UnmaskException.class,
        () -> ParameterGrid.of(List.of("a=" + many, "b=" + many, "c=" + many, "d=1,2")));
  }

  @Test
  void frontier_holdsWhatNothingBeats_andChoosesTheFastestNearTheBest() {
    TunedPoint best = point(0.9, 100);
    TunedPoint near = point(0.89, 200);
    TunedPoint fast = point(0.5, 300);
    TunedPoint beaten = point(0.5, 150);
    TunedPoint same = point(0.9, 100);
    Frontier frontier = new Frontier(List.of(best, near, fast, beaten, same));
    assertTrue(frontier.holds(best));
    assertTrue(frontier.holds(same));
    assertTrue(frontier.holds(near));
    assertTrue(frontier.holds(fast));
    assertFalse(frontier.holds(beaten));
    assertEquals(best.speed(), frontier.choose(0).speed());
    assertEquals(near, frontier.choose(0.02));
    assertEquals(fast, frontier.choose(0.4));
    String table = TuneTable.of(List.of(best, near, fast, beaten), near);
    assertTrue(table.contains("| 200 | NaN | NaN | NaN | chosen |"), table);
    assertTrue(table.indexOf("| 300 |") < table.indexOf("| 100 |"), table);
  }
}

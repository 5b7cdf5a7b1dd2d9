package dev.unmask.capacity.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.capacity.report.html.Ticks.Tick;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TicksTest {
  private static List<String> labels(List<Tick> ticks) {
    return ticks.stream().map(Tick::label).toList();
  }

  @Test
  void fromZero_endsAtARoundValue() {
    assertEquals(List.of("0", "1000", "2000", "3000", "4000"), labels(Ticks.fromZero(3673, 4)));
    assertEquals(List.of("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"), labels(Ticks.fromZero(1, 5)));
    assertEquals(List.of("0.0", "2.5", "5.0", "7.5", "10.0"), labels(Ticks.fromZero(9.2, 4)));
  }

  @Test
  void between_startsBelowTheLeast() {
    assertEquals(List.of("0.9", "1.0", "1.1", "1.2"), labels(Ticks.between(0.95, 1.2, 3)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -3, 1e-9, 0.3, 1, 7, 99.9, 100, 123456, 1e12, 1e300})
  void fromZero_anyGreatest_isHeldByFewTicks(double greatest) {
    List<Tick> ticks = Ticks.fromZero(greatest, 6);
    assertTrue(ticks.size() >= 2 && ticks.size() <= 7, ticks::toString);
    assertEquals(0, ticks.get(0).value());
    assertTrue(ticks.get(ticks.size() - 1).value() >= greatest * (1 - 1e-9), ticks::toString);
    assertEquals(ticks.size(), labels(ticks).stream().distinct().count(), ticks::toString);
  }

  @Test
  void logarithmic_fewPowers_haveTwosAndFives() {
    assertEquals(
        List.of("2", "5", "10", "20", "50", "100", "200", "500"),
        labels(Ticks.logarithmic(3, 400)));
    assertEquals(
        List.of("1", "10", "100", "1000", "10\u202f000"), labels(Ticks.logarithmic(1, 9999)));
  }

  @Test
  void spanning_overTwoDecades_isLogarithmic() {
    assertTrue(Axis.spanning("ms", List.of(1.0, 101.0)).logarithmic());
    Axis linear = Axis.spanning("ms", List.of(1.0, 100.0));
    assertEquals(0, linear.share(0));
    assertEquals(1, linear.share(100));
    assertEquals(1, linear.share(1e9));
  }

  @Test
  void share_logarithmic_isEqualForEqualFactors() {
    Axis axis = Axis.spanning("ms", List.of(1.0, 1000.0));
    assertEquals(1.0 / 3, axis.share(10), 1e-9);
    assertEquals(0, axis.share(0));
  }
}

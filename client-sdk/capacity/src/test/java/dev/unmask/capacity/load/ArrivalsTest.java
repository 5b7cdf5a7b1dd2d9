package dev.unmask.capacity.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static final int MANY = 50_000;

  /** Mean gap in seconds, and its coefficient of variation. */
  private static double[] gaps(Load load) {
    Arrivals arrivals = new Arrivals(load, 7);
    double last = arrivals.next();
    assertEquals(0, last);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < MANY; i++) {
      double next = arrivals.next();
      assertTrue(next >= last);
      sum += (next - last) / 1e9;
      squares += Math.pow((next - last) / 1e9, 2);
      last = next;
    }
    double mean = sum / MANY;
    return new double[] {mean, Math.sqrt(Math.max(0, squares / MANY - mean * mean)) / mean};
  }

  @Test
  void constant_isEven() {
    double[] gaps = gaps(new Load.Open(Load.Pattern.CONSTANT, 40, 1));
    assertEquals(0.025, gaps[0], 1e-9);
    assertEquals(0, gaps[1], 1e-3);
  }

  @Test
  void poisson_hasTheRateAndSpreadOfOne() {
    double[] gaps = gaps(new Load.Open(Load.Pattern.POISSON, 40, 1));
    assertEquals(0.025, gaps[0], 0.0005);
    assertEquals(1, gaps[1], 0.03);
  }

  @Test
  void bursty_hasTheRateAndTheSpreadOfItsShape() {
    for (double shape : new double[] {0.25, 1, 4}) {
      double[] gaps = gaps(new Load.Open(Load.Pattern.BURSTY, 40, shape));
      assertEquals(0.025, gaps[0], 0.001);
      assertEquals(1 / Math.sqrt(shape), gaps[1], 0.08);
    }
  }

  @Test
  void sameSeed_sameTimes() {
    Load load = new Load.Open(Load.Pattern.POISSON, 3, 1);
    Arrivals a = new Arrivals(load, 1);
    Arrivals b = new Arrivals(load, 1);
    Arrivals other = new Arrivals(load, 2);
    boolean different = false;
    for (int i = 0; i < 100; i++) {
      long next = a.next();
      assertEquals(next, b.next());
      different |= next != other.next();
    }
    assertTrue(different);
  }

  @Test
  void trace_isScaledAndEnds() {
    List<TraceRow> rows = List.of(new TraceRow(0, 1, 1), new TraceRow(3_000_000, 1, 1));
    Arrivals arrivals = new Arrivals(new Load.Replay(Path.of("t"), rows, 2), 1);
    assertEquals(0, arrivals.next());
    assertEquals(1_500_000, arrivals.next());
    assertEquals(Arrivals.NONE, arrivals.next());
    assertEquals(Arrivals.NONE, arrivals.next());
  }

  @Test
  void badLoads_areNamed() {
    assertEquals(
        "--request-rate=0.0 is not in (0, 1e6]",
        assertThrows(UnmaskException.class, () -> new Load.Open(Load.Pattern.POISSON, 0, 1))
            .getMessage());
    assertThrows(UnmaskException.class, () -> new Load.Open(Load.Pattern.POISSON, Double.NaN, 1));
    assertThrows(UnmaskException.class, () -> new Load.Open(Load.Pattern.BURSTY, 1, 0));
    assertThrows(UnmaskException.class, () -> new Load.Closed(0));
    assertThrows(UnmaskException.class, () -> new Load.Replay(Path.of("t"), List.of(), -1));
  }
}

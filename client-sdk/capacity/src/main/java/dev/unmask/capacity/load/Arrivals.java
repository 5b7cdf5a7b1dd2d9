package dev.unmask.capacity.load;

import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * When the requests of an open load arrive. The same load and seed give the same times. One thread.
 */
final class Arrivals {
  /** There are no more. */
  static final long NONE = Long.MAX_VALUE;

  private static final double NANOS = 1e9;

  private final Load load;
  private final RandomGenerator random;
  private double time;
  private int row;

  Arrivals(Load load, long seed) {
    this.load = load;
    this.random = new Random(seed);
  }

  /** The next arrival, in nanoseconds from the start of the load; {@link #NONE} after the last. */
  long next() {
    if (load instanceof Load.Replay replay) {
      return row == replay.rows().size()
          ? NONE
          : Math.round(replay.rows().get(row++).offsetNanos() / replay.scale());
    }
    Load.Open open = (Load.Open) load;
    long arrival = Math.round(time);
    double mean = NANOS / open.rate();
    time +=
        switch (open.pattern()) {
          case CONSTANT -> mean;
          case POISSON -> mean * exponential();
          case BURSTY -> mean * gamma(open.burstiness()) / open.burstiness();
        };
    return arrival;
  }

  private double exponential() {
    return -Math.log1p(-random.nextDouble());
  }

  /** Gamma distribution of a shape and scale 1 (Marsaglia and Tsang, 2000). */
  private double gamma(double shape) {
    if (shape < 1) {
      return gamma(shape + 1) * Math.pow(1 - random.nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = 1 + c * x;
      if (v > 0) {
        v = v * v * v;
        if (Math.log1p(-random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }
  }
}

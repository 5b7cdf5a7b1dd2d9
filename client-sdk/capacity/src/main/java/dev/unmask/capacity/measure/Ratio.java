package dev.unmask.capacity.measure;

import java.util.Arrays;
import java.util.Random;

/**
 * How many times the rate of B the rate of A is. The estimate is the geometric mean over pairs of
 * runs that were made one after the other; the interval is that of a percentile bootstrap over the
 * pairs.
 *
 * @param value A by B
 * @param low 2.5th percentile
 * @param high 97.5th percentile
 * @param pairs runs of each
 */
public record Ratio(double value, double low, double high, int pairs) {
  private static final int RESAMPLES = 10_000;
  private static final double TAIL = 0.025;

  /**
   * Compares paired rates.
   *
   * @param a rates of A, above 0
   * @param b rates of B in the same order, above 0
   * @param seed of the bootstrap
   * @return not a number where a rate is 0
   */
  public static Ratio of(double[] a, double[] b, long seed) {
    double[] logs = new double[a.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = Math.log(a[i] / b[i]);
    }
    double mean = Arrays.stream(logs).average().orElse(Double.NaN);
    if (!Double.isFinite(mean)) {
      return new Ratio(Double.NaN, Double.NaN, Double.NaN, logs.length);
    }
    Random random = new Random(seed);
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double sum = 0;
      for (int j = 0; j < logs.length; j++) {
        sum += logs[random.nextInt(logs.length)];
      }
      means[i] = sum / logs.length;
    }
    Arrays.sort(means);
    int tail = (int) (RESAMPLES * TAIL);
    return new Ratio(
        Math.exp(mean), Math.exp(means[tail]), Math.exp(means[RESAMPLES - 1 - tail]), logs.length);
  }
}

package dev.unmask.capacity.load;

import java.util.List;

/**
 * Whether a rate has settled, as perf_analyzer asks: the rates of three windows that follow one
 * another are within a share of their mean.
 */
public final class SteadyState {
  /** Windows that are compared. */
  static final int WINDOWS = 3;

  private static final double TOLERANCE = 0.15;

  /** Two standard deviations of the mean of lengths that differ as answers do. */
  private static final double CHANCE = 1.5;

  private SteadyState() {}

  /**
   * Compares the last three windows before a time, or the three parts of a run.
   *
   * @param ended requests
   * @param from {@link System#nanoTime} of the first window's start
   * @param to of the last window's end
   * @return false where a window has no request at all
   */
  public static boolean isSteady(List<Sample> ended, long from, long to) {
    double[] tokens = new double[WINDOWS];
    int[] requests = new int[WINDOWS];
    for (Sample sample : ended) {
      if (sample.endNanos() >= from && sample.endNanos() < to) {
        int window =
            (int) Math.min(WINDOWS - 1, (sample.endNanos() - from) * WINDOWS / (to - from));
        tokens[window] += Math.max(1, sample.tokens());
        requests[window]++;
      }
    }
    double mean = 0;
    for (double window : tokens) {
      mean += window / WINDOWS;
    }
    for (int i = 0; i < WINDOWS; i++) {
      // Answers differ in length: a few more or less are chance, not a trend.
      double chance = CHANCE / Math.sqrt(Math.max(1, requests[i]));
      if (requests[i] == 0 || Math.abs(tokens[i] - mean) > Math.max(TOLERANCE, chance) * mean) {
        return false;
      }
    }
    return true;
  }
}

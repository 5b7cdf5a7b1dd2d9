package dev.unmask.scheduler;

import java.util.Arrays;
import java.util.Locale;

/**
 * What a forward pass costs by the number of its query positions, {@code t(Q)} in milliseconds: a
 * monotone table, linear between its points and beyond the last two. A value that belongs to a
 * model on a machine and not to the load: whoever runs the engine measures it. Immutable; any
 * thread.
 */
public final class PassCosts {
  private final int[] queries;
  private final double[] millis;

  private PassCosts(int[] queries, double[] millis) {
    this.queries = queries;
    this.millis = millis;
  }

  /**
   * A table of measured passes. A time below that of fewer positions is taken to be the same.
   *
   * @param queries positions of each pass, ascending from 1 or more; at least two
   * @param millis times in milliseconds, positive
   * @throws UnmaskException INVALID_ARGUMENT naming the value that breaks this
   */
  public static PassCosts of(int[] queries, double[] millis) {
    if (queries.length != millis.length || queries.length < 2) {
      throw UnmaskException.invalid(
          "pass_costs has "
              + queries.length
              + " positions and "
              + millis.length
              + " times; it needs two or more of both");
    }
    double[] monotone = millis.clone();
    for (int i = 0; i < queries.length; i++) {
      if (queries[i] < 1 || (i > 0 && queries[i] <= queries[i - 1])) {
        throw UnmaskException.invalid(
            "pass_costs positions=" + queries[i] + " are not positive and ascending");
      }
      if (!(millis[i] > 0 && millis[i] < Double.POSITIVE_INFINITY)) {
        throw UnmaskException.invalid(
            "pass_costs of " + queries[i] + " positions=" + millis[i] + " is not positive");
      }
      monotone[i] = i == 0 ? millis[0] : Math.max(millis[i], monotone[i - 1]);
    }
    return new PassCosts(queries.clone(), monotone);
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @param text such as {@code 1:0.31,16:1.42,32:2.69}
   * @throws UnmaskException INVALID_ARGUMENT naming what does not parse
   */
  public static PassCosts parse(String text) {
    String[] points = text.split(",", -1);
    int[] queries = new int[points.length];
    double[] millis = new double[points.length];
    for (int i = 0; i < points.length; i++) {
      int colon = points[i].indexOf(':');
      try {
        queries[i] = Integer.parseInt(points[i].substring(0, Math.max(0, colon)).strip());
        millis[i] = Double.parseDouble(points[i].substring(colon + 1).strip());
      } catch (NumberFormatException e) {
        throw UnmaskException.invalid(
            "pass_costs='" + points[i] + "' is not POSITIONS:MILLISECONDS");
      }
    }
    return of(queries, millis);
  }

  /**
   * Time of a pass in milliseconds.
   *
   * @param positions of its rows together; not negative
   */
  public double millis(int positions) {
    int after = 1;
    while (after < queries.length - 1 && queries[after] < positions) {
      after++;
    }
    double slope =
        (millis[after] - millis[after - 1]) / (queries[after] - (double) queries[after - 1]);
    if (positions > queries[after]) {
      // Beyond what was timed nothing gets cheaper than it was on average.
      slope = Math.max(slope, (millis[after] - millis[0]) / (queries[after] - (double) queries[0]));
    }
    return Math.max(0, millis[after] + slope * (positions - (double) queries[after]));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PassCosts that
        && Arrays.equals(queries, that.queries)
        && Arrays.equals(millis, that.millis);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(queries) * 31 + Arrays.hashCode(millis);
  }

  /** The points, positions and milliseconds, in the form that {@link #parse} reads. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < queries.length; i++) {
      text.append(i == 0 ? "" : ",")
          .append(String.format(Locale.ROOT, "%d:%.4g", queries[i], millis[i]));
    }
    return text.toString();
  }
}

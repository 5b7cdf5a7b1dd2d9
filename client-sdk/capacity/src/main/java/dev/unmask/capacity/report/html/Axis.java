package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Ticks.Tick;
import java.util.Collection;
import java.util.List;

/**
 * What one direction of a chart means.
 *
 * @param title the measure with its unit
 * @param logarithmic whether equal lengths are equal factors
 * @param ticks the values that are written, at least two, from its first to its last value
 */
record Axis(String title, boolean logarithmic, List<Tick> ticks) {
  private static final int STEPS = 5;
  private static final double TWO_DECADES = 100;

  /** From zero to all of the values. */
  static Axis fromZero(String title, Collection<Double> values) {
    return new Axis(title, false, Ticks.fromZero(greatest(values), STEPS));
  }

  /** From zero, or by factors where the values span more than two decades. */
  static Axis spanning(String title, Collection<Double> values) {
    double least =
        values.stream().filter(v -> v > 0).mapToDouble(v -> v).min().orElse(Double.MAX_VALUE);
    double greatest = greatest(values);
    return greatest / least > TWO_DECADES
        ? new Axis(title + ", logarithmic", true, Ticks.logarithmic(least, greatest))
        : fromZero(title, values);
  }

  /** From a round value below the least to one above the greatest. */
  static Axis around(String title, double least, double greatest) {
    return new Axis(title, false, Ticks.between(least, greatest, STEPS));
  }

  private static double greatest(Collection<Double> values) {
    return values.stream().mapToDouble(v -> v).max().orElse(0);
  }

  /** Where a value lies, from 0 at the first tick to 1 at the last; what is beyond lies there. */
  double share(double value) {
    double from = place(ticks.get(0).value());
    double to = place(ticks.get(ticks.size() - 1).value());
    return Math.min(1, Math.max(0, (place(value) - from) / (to - from)));
  }

  private double place(double value) {
    return logarithmic ? Math.log10(Math.max(value, Double.MIN_NORMAL)) : value;
  }

  /** The width of the widest label. */
  double labelWidth() {
    return ticks.stream().mapToDouble(tick -> TextWidth.of(tick.label())).max().orElse(0);
  }
}

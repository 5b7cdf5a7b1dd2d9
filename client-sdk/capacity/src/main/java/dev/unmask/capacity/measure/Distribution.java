package dev.unmask.capacity.measure;

import org.HdrHistogram.DoubleHistogram;

/** How the values of a measure are spread; three digits of every value are kept. */
public final class Distribution {
  private static final int DIGITS = 3;

  private final String unit;
  private final DoubleHistogram histogram = new DoubleHistogram(DIGITS);
  private double sum;
  private double squares;
  private double min = Double.POSITIVE_INFINITY;
  private double max;

  /** An empty one. */
  public Distribution(String unit) {
    this.unit = unit;
  }

  /** Adds a value; below zero counts as zero. */
  public void add(double value) {
    double counted = Math.max(0, value);
    histogram.recordValue(counted);
    sum += counted;
    squares += counted * counted;
    min = Math.min(min, counted);
    max = Math.max(max, counted);
  }

  /** The unit of its values. */
  public String unit() {
    return unit;
  }

  /** Number of values. */
  public long count() {
    return histogram.getTotalCount();
  }

  /** Their mean; 0 where there are none. */
  public double mean() {
    return count() == 0 ? 0 : sum / count();
  }

  /** Their standard deviation. */
  public double deviation() {
    return count() == 0 ? 0 : Math.sqrt(Math.max(0, squares / count() - mean() * mean()));
  }

  /** The smallest. */
  public double min() {
    return count() == 0 ? 0 : min;
  }

  /** The largest. */
  public double max() {
    return max;
  }

  /**
   * The value that a share of them does not exceed.
   *
   * @param percent in [0, 100]
   */
  public double percentile(double percent) {
    // The histogram gives the top of a bucket, which may lie above every value.
    double value = count() == 0 ? 0 : Math.min(max, histogram.getValueAtPercentile(percent));
    return unit.equals("tokens") ? Math.rint(value) : value;
  }
}

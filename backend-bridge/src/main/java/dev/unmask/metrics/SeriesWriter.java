package dev.unmask.metrics;

/**
 * Where the series of one model in memory are written. Any thread; cheap; never throws.
 *
 * <p>Which method a series takes its values by is said by {@link MetricSeries#kind}.
 */
public interface SeriesWriter {
  /** Adds to a counter; nothing where {@code amount} is 0. */
  void add(MetricSeries counter, double amount);

  /** Sets a level or a ratio. */
  void set(MetricSeries gauge, double value);

  /** Adds a value to a distribution. */
  void observe(MetricSeries histogram, double value);
}

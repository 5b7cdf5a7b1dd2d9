package dev.unmask.bridge.triton;

import dev.unmask.metrics.MetricSeries;
import dev.unmask.metrics.SeriesWriter;

/** What one instance contributes to the metrics of its model. Threads as those of the instance. */
final class InstanceMetrics implements SeriesWriter, AutoCloseable {
  private final TritonMetrics registry;
  private final ModelMetrics model;
  private final double[] levels = new double[MetricSeries.values().length];

  InstanceMetrics(TritonMetrics registry, ModelMetrics model) {
    this.registry = registry;
    this.model = model;
  }

  ModelMetrics model() {
    return model;
  }

  /** The level that was set last; guarded by the model's lock. */
  double level(MetricSeries gauge) {
    return levels[gauge.ordinal()];
  }

  @Override
  public void add(MetricSeries counter, double amount) {
    if (amount != 0) {
      model.add(counter, amount);
    }
  }

  @Override
  public void set(MetricSeries gauge, double value) {
    synchronized (model) {
      if (levels[gauge.ordinal()] != value) {
        levels[gauge.ordinal()] = value;
        model.publish(gauge);
      }
    }
  }

  @Override
  public void observe(MetricSeries histogram, double value) {
    model.observe(histogram, value);
  }

  /** Nothing may be written afterwards. */
  @Override
  public void close() {
    registry.leave(this);
  }
}

package dev.unmask.bridge.triton;

import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricDelete;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricIncrement;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricObserve;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_MetricSet;

import dev.unmask.metrics.MetricFamily;
import dev.unmask.metrics.MetricSeries;
import java.util.ArrayList;
import java.util.List;

/**
 * The series of one version of a model, which its instances share: also those of the one that is
 * unloaded while its successor is loaded already. Levels of instances add up, of ratios the mean is
 * published. Any thread.
 */
final class ModelMetrics {
  private final Handles.Metric[] series;
  // Guarded by this.
  private final List<InstanceMetrics> instances = new ArrayList<>();

  /**
   * @param series by ordinal of {@link MetricSeries}; owned
   */
  ModelMetrics(Handles.Metric[] series) {
    this.series = series;
  }

  /** Makes room for a further instance. */
  synchronized InstanceMetrics join(TritonMetrics registry) {
    InstanceMetrics instance = new InstanceMetrics(registry, this);
    instances.add(instance);
    return instance;
  }

  /** An instance is gone; returns whether it was the last one and with it the series. */
  synchronized boolean leave(InstanceMetrics instance) {
    if (!instances.remove(instance)) {
      return false;
    }
    if (instances.isEmpty()) {
      delete(series);
      return true;
    }
    for (MetricSeries gauge : MetricSeries.values()) {
      if (gauge.kind() == MetricFamily.Kind.GAUGE || gauge.kind() == MetricFamily.Kind.RATIO) {
        publish(gauge);
      }
    }
    return false;
  }

  /** Deletes series that were made; null for those that were not. */
  static void delete(Handles.Metric[] series) {
    for (Handles.Metric metric : series) {
      if (metric != null) {
        TritonErrors.drop(TRITONSERVER_MetricDelete(metric));
      }
    }
  }

  void add(MetricSeries counter, double amount) {
    TritonErrors.drop(TRITONSERVER_MetricIncrement(series[counter.ordinal()], amount));
  }

  void observe(MetricSeries histogram, double value) {
    TritonErrors.drop(TRITONSERVER_MetricObserve(series[histogram.ordinal()], value));
  }

  /** Publishes a level that an instance has changed. */
  synchronized void publish(MetricSeries gauge) {
    double sum = 0;
    for (InstanceMetrics instance : instances) {
      sum += instance.level(gauge);
    }
    double value = gauge.kind() == MetricFamily.Kind.RATIO ? sum / instances.size() : sum;
    TritonErrors.drop(TRITONSERVER_MetricSet(series[gauge.ordinal()], value));
  }
}

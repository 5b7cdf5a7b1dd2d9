package dev.unmask.server.metrics;

import dev.unmask.metrics.MetricFamily;
import dev.unmask.metrics.MetricSeries;
import dev.unmask.metrics.SeriesWriter;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.StatefulMetric;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The metrics of block decoding in the client library's form. */
final class PrometheusFamilies {
  private final Map<MetricFamily, StatefulMetric<?, ?>> all = new EnumMap<>(MetricFamily.class);

  PrometheusFamilies() {
    for (MetricFamily family : MetricFamily.values()) {
      all.put(family, make(family));
    }
  }

  private static StatefulMetric<?, ?> make(MetricFamily family) {
    String[] labels =
        family.label() == null ? ServerMetrics.labels() : ServerMetrics.labels(family.label());
    return switch (family.kind()) {
      case COUNTER ->
          Counter.builder()
              .name(family.id())
              .help(family.help())
              .labelNames(labels)
              .withoutExemplars()
              .build();
      case GAUGE, RATIO ->
          Gauge.builder()
              .name(family.id())
              .help(family.help())
              .labelNames(labels)
              .withoutExemplars()
              .build();
      case HISTOGRAM ->
          Histogram.builder()
              .name(family.id())
              .help(family.help())
              .labelNames(labels)
              .classicOnly()
              .classicUpperBounds(family.bounds())
              .withoutExemplars()
              .build();
    };
  }

  /** Makes the series of a model, or joins those there are. */
  SeriesWriter open(String model, String version) {
    Object[] points = new Object[MetricSeries.values().length];
    for (MetricSeries series : MetricSeries.values()) {
      String[] labels =
          series.labelValue() == null
              ? new String[] {model, version}
              : new String[] {model, version, series.labelValue()};
      points[series.ordinal()] = all.get(series.family()).labelValues(labels);
    }
    return new Writer(points);
  }

  /** Removes the series of a model. */
  void remove(String model, String version) {
    all.values().forEach(metric -> ServerMetrics.remove(metric, model, version));
  }

  List<MetricSnapshot> collect() {
    List<MetricSnapshot> result = new ArrayList<>();
    all.values().forEach(metric -> result.add(metric.collect()));
    return result;
  }

  /** The series of one model, by ordinal. */
  private record Writer(Object[] points) implements SeriesWriter {
    @Override
    public void add(MetricSeries counter, double amount) {
      if (amount != 0) {
        ((CounterDataPoint) points[counter.ordinal()]).inc(amount);
      }
    }

    @Override
    public void set(MetricSeries gauge, double value) {
      ((GaugeDataPoint) points[gauge.ordinal()]).set(value);
    }

    @Override
    public void observe(MetricSeries histogram, double value) {
      ((DistributionDataPoint) points[histogram.ordinal()]).observe(value);
    }
  }
}

package dev.unmask.server.metrics;

import dev.unmask.bridge.Telemetry.Outcome;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.StatefulMetric;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The metrics that Triton has, by its names. Durations are in microseconds. */
final class TritonFamilies {
  private static final double[] FIRST_RESPONSE_MS = {100, 500, 2000, 5000};

  private final List<Counter> counters = new ArrayList<>();
  private final List<StatefulMetric<?, ?>> others = new ArrayList<>();

  final Counter requestSuccess =
      counter("nv_inference_request_success", "Number of successful inference requests");
  final Counter requestFailure =
      counter("nv_inference_request_failure", "Number of failed inference requests", "reason");
  final Counter inferenceCount =
      counter("nv_inference_count", "Number of inferences performed; a request is one");
  final Counter execCount =
      counter("nv_inference_exec_count", "Number of model executions; a forward pass is one");
  final Counter requestDuration =
      counter("nv_inference_request_duration_us", "Cumulative inference request duration");
  final Counter queueDuration =
      counter("nv_inference_queue_duration_us", "Cumulative time until the first forward pass");
  final Counter inputDuration =
      counter(
          "nv_inference_compute_input_duration_us", "Cumulative time of reading and tokenizing");
  final Counter inferDuration =
      counter("nv_inference_compute_infer_duration_us", "Cumulative decoding time");
  final Counter outputDuration =
      counter("nv_inference_compute_output_duration_us", "Cumulative time of making responses");
  final Gauge pending =
      gauge(
          "nv_inference_pending_request_count",
          "Instantaneous number of requests that took part in no forward pass yet");

  /** Null where it is not asked for. */
  final Histogram firstResponse;

  private final boolean durations;

  TritonFamilies(MetricsConfig config) {
    durations = config.counterLatencies();
    firstResponse =
        config.histogramLatencies()
            ? Histogram.builder()
                .name("nv_inference_first_response_histogram_ms")
                .help("Duration from request to first response in milliseconds")
                .labelNames("model", "version")
                .classicOnly()
                .classicUpperBounds(FIRST_RESPONSE_MS)
                .withoutExemplars()
                .build()
            : null;
    if (firstResponse != null) {
      others.add(firstResponse);
    }
  }

  /** The value of the label {@code reason}; not for success. */
  static String reason(Outcome outcome) {
    return outcome.name().toUpperCase(Locale.ROOT);
  }

  /** Removes the series of a model. */
  void remove(String model, String version) {
    counters.forEach(counter -> ServerMetrics.remove(counter, model, version));
    others.forEach(metric -> ServerMetrics.remove(metric, model, version));
  }

  /** Counters, whose names have no suffix. */
  List<CounterSnapshot> counters() {
    List<CounterSnapshot> result = new ArrayList<>();
    for (Counter counter : counters) {
      CounterSnapshot snapshot = counter.collect();
      if (durations || !snapshot.getMetadata().getName().contains("_duration_us")) {
        result.add(snapshot);
      }
    }
    return result;
  }

  /** All but the counters. */
  List<MetricSnapshot> others() {
    List<MetricSnapshot> result = new ArrayList<>();
    others.forEach(metric -> result.add(metric.collect()));
    return result;
  }

  private Counter counter(String name, String help, String... labels) {
    Counter counter =
        Counter.builder()
            .name(name)
            .help(help)
            .labelNames(ServerMetrics.labels(labels))
            .withoutExemplars()
            .build();
    counters.add(counter);
    return counter;
  }

  private Gauge gauge(String name, String help, String... labels) {
    Gauge gauge =
        Gauge.builder()
            .name(name)
            .help(help)
            .labelNames(ServerMetrics.labels(labels))
            .withoutExemplars()
            .build();
    others.add(gauge);
    return gauge;
  }
}

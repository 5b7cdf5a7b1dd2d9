package dev.unmask.server.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.StatefulMetric;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/** The metrics of block decoding. Durations are in seconds. */
final class UnmaskFamilies {
  private static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
  };
  private static final double[] TOKENS = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256};
  private static final double[] TOKENS_PER_PASS = {0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 32};
  private static final double[] ROWS = {1, 2, 4, 8, 16, 32, 64};

  private final List<StatefulMetric<?, ?>> all = new ArrayList<>();

  final Counter forwardPasses =
      counter("unmask_forward_passes_total", "Forward passes, each over a batch of sequences");
  final Counter failedPasses =
      counter("unmask_failed_forward_passes_total", "Forward passes in which the engine failed");
  final Counter queryPositions =
      counter("unmask_query_positions_total", "Query positions computed");
  final Counter wastedPositions =
      counter(
          "unmask_wasted_positions_total",
          "Query positions computed that neither filled the cache of a new prompt nor committed a"
              + " token in their pass: the price of denoising, refreshing and committing blocks");
  final Counter committedTokens =
      counter("unmask_committed_tokens_total", "Tokens that became final in a forward pass");
  final Counter promptTokens =
      counter("unmask_prompt_tokens_total", "Prompt tokens of requests that ended");
  final Counter generationTokens =
      counter("unmask_generation_tokens_total", "Answer tokens of requests that ended");
  final Counter preemptions =
      counter("unmask_preemptions_total", "Sequences that gave up their cache to others");
  final Counter reuseHits =
      counter("unmask_kv_reuse_hits_total", "Requests that found keys and values to reuse");
  final Counter reusedTokens =
      counter("unmask_kv_reused_tokens_total", "Positions reused and not computed");
  final Counter stepSeconds =
      counter("unmask_step_seconds_total", "Time of the decode thread", "phase");
  final Histogram committedPerStep =
      histogram("unmask_committed_tokens_per_step", "Tokens committed by one forward pass", TOKENS);
  final Histogram tokensPerPass =
      histogram(
          "unmask_request_tokens_per_pass",
          "Answer tokens of a successful request per forward pass it took part in",
          TOKENS_PER_PASS);
  final Histogram rows =
      histogram("unmask_step_sequences", "Sequences that took part in a forward pass", ROWS);
  final Histogram firstBlock =
      histogram(
          "unmask_time_to_first_block_seconds",
          "Time from a request's arrival to its first committed tokens",
          SECONDS);
  final Histogram blockLatency =
      histogram(
          "unmask_block_latency_seconds",
          "Time between commits of a request after its first",
          SECONDS);
  final Histogram queueTime =
      histogram(
          "unmask_queue_time_seconds",
          "Time from a request's submission to its first forward pass",
          SECONDS);
  final Histogram requestSeconds =
      histogram(
          "unmask_request_duration_seconds",
          "Time from the arrival of a successful request to its end",
          SECONDS);
  final Gauge requests =
      gauge("unmask_requests", "Sequences that wait for cache memory or hold it", "state");
  final Gauge kvUsage = gauge("unmask_kv_cache_usage_ratio", "Share of KV cache blocks in use");
  final Gauge kvKept =
      gauge("unmask_kv_cache_kept_blocks", "KV cache blocks kept for later requests");

  /** Removes the series of a model. */
  void remove(String model, String version) {
    all.forEach(metric -> ServerMetrics.remove(metric, model, version));
  }

  List<MetricSnapshot> collect() {
    List<MetricSnapshot> result = new ArrayList<>();
    all.forEach(metric -> result.add(metric.collect()));
    return result;
  }

  private Counter counter(String name, String help, String... labels) {
    return add(
        Counter.builder()
            .name(name)
            .help(help)
            .labelNames(ServerMetrics.labels(labels))
            .withoutExemplars()
            .build());
  }

  private Gauge gauge(String name, String help, String... labels) {
    return add(
        Gauge.builder()
            .name(name)
            .help(help)
            .labelNames(ServerMetrics.labels(labels))
            .withoutExemplars()
            .build());
  }

  private Histogram histogram(String name, String help, double[] bounds) {
    return add(
        Histogram.builder()
            .name(name)
            .help(help)
            .labelNames(ServerMetrics.labels())
            .classicOnly()
            .classicUpperBounds(bounds)
            .withoutExemplars()
            .build());
  }

  private <M extends StatefulMetric<?, ?>> M add(M metric) {
    all.add(metric);
    return metric;
  }
}

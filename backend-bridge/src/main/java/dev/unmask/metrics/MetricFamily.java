package dev.unmask.metrics;

/**
 * The families of metrics of block decoding. Every series of a family has the labels {@code model}
 * and {@code version}, and that of {@link #label} where there is one. Durations are in seconds.
 */
public enum MetricFamily {
  FORWARD_PASSES(
      Kind.COUNTER,
      "unmask_forward_passes_total",
      "Forward passes, each over a batch of sequences"),
  FAILED_PASSES(
      Kind.COUNTER,
      "unmask_failed_forward_passes_total",
      "Forward passes in which the engine failed"),
  QUERY_POSITIONS(Kind.COUNTER, "unmask_query_positions_total", "Query positions computed"),
  WASTED_POSITIONS(
      Kind.COUNTER,
      "unmask_wasted_positions_total",
      "Query positions computed that neither filled the cache of a new prompt nor committed a"
          + " token in their pass: the price of denoising, refreshing and committing blocks"),
  COMMITTED_TOKENS(
      Kind.COUNTER, "unmask_committed_tokens_total", "Tokens that became final in a forward pass"),
  PROMPT_TOKENS(Kind.COUNTER, "unmask_prompt_tokens_total", "Prompt tokens of requests that ended"),
  GENERATION_TOKENS(
      Kind.COUNTER, "unmask_generation_tokens_total", "Answer tokens of requests that ended"),
  PREEMPTIONS(
      Kind.COUNTER, "unmask_preemptions_total", "Sequences that gave up their cache to others"),
  REUSE_HITS(
      Kind.COUNTER, "unmask_kv_reuse_hits_total", "Requests that found keys and values to reuse"),
  REUSED_TOKENS(Kind.COUNTER, "unmask_kv_reused_tokens_total", "Positions reused and not computed"),
  LOOK_AHEAD_DECLINED(
      Kind.COUNTER,
      "unmask_look_ahead_declined_total",
      "Times that cost-aware look-ahead left a further block closed"),
  STEP_SECONDS(Kind.COUNTER, "unmask_step_seconds_total", "Time of the decode thread", "phase"),
  COMMITTED_PER_STEP(
      "unmask_committed_tokens_per_step",
      "Tokens committed by one forward pass",
      0,
      1,
      2,
      4,
      8,
      16,
      32,
      64,
      128,
      256),
  TOKENS_PER_PASS(
      "unmask_request_tokens_per_pass",
      "Answer tokens of a successful request per forward pass it took part in",
      0.25,
      0.5,
      1,
      1.5,
      2,
      3,
      4,
      6,
      8,
      12,
      16,
      32),
  STEP_SEQUENCES(
      "unmask_step_sequences",
      "Sequences that took part in a forward pass",
      1,
      2,
      4,
      8,
      16,
      32,
      64),
  TIME_TO_FIRST_BLOCK(
      "unmask_time_to_first_block_seconds",
      "Time from a request's arrival to its first committed tokens",
      Bounds.SECONDS),
  BLOCK_LATENCY(
      "unmask_block_latency_seconds",
      "Time between commits of a request after its first",
      Bounds.SECONDS),
  QUEUE_TIME(
      "unmask_queue_time_seconds",
      "Time from a request's submission to its first forward pass",
      Bounds.SECONDS),
  REQUEST_DURATION(
      "unmask_request_duration_seconds",
      "Time from the arrival of a successful request to its end",
      Bounds.SECONDS),
  REQUESTS(
      Kind.GAUGE, "unmask_requests", "Sequences that wait for cache memory or hold it", "state"),
  KV_USAGE(Kind.RATIO, "unmask_kv_cache_usage_ratio", "Share of KV cache blocks in use"),
  KV_KEPT(Kind.GAUGE, "unmask_kv_cache_kept_blocks", "KV cache blocks kept for later requests"),

  /** Under the name that TensorRT-LLM's has: Triton's front end and load balancers read it. */
  KV_BLOCKS(
      Kind.GAUGE,
      "nv_trt_llm_kv_cache_block_metrics",
      "KV cache block metrics: fraction in use, tokens per block, used, free and max blocks",
      "kv_cache_block_type");

  /** What the values of a family are. */
  public enum Kind {
    /** A sum that only grows. */
    COUNTER,
    /** A level; those of several instances of a model add up. */
    GAUGE,
    /** A level from 0 to 1; of several instances of a model the mean counts. */
    RATIO,
    /** A distribution. */
    HISTOGRAM
  }

  private static final class Bounds {
    static final double[] SECONDS = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
    };
  }

  private final Kind kind;
  private final String id;
  private final String help;
  private final String label;
  private final double[] bounds;

  MetricFamily(Kind kind, String id, String help) {
    this(kind, id, help, (String) null);
  }

  MetricFamily(Kind kind, String id, String help, String label) {
    this.kind = kind;
    this.id = id;
    this.help = help;
    this.label = label;
    this.bounds = null;
  }

  MetricFamily(String id, String help, double... bounds) {
    this.kind = Kind.HISTOGRAM;
    this.id = id;
    this.help = help;
    this.label = null;
    this.bounds = bounds;
  }

  /** What its values are. */
  public Kind kind() {
    return kind;
  }

  /** Name of the family, as it is published. */
  public String id() {
    return id;
  }

  /** One line for those who read the metrics. */
  public String help() {
    return help;
  }

  /** Name of the label beside model and version; null for none. */
  public String label() {
    return label;
  }

  /** Upper bounds of a histogram's buckets, ascending; a copy. */
  public double[] bounds() {
    return bounds.clone();
  }
}

package dev.unmask.metrics;

/** The series that a model has of each family. */
public enum MetricSeries {
  FORWARD_PASSES(MetricFamily.FORWARD_PASSES),
  FAILED_PASSES(MetricFamily.FAILED_PASSES),
  QUERY_POSITIONS(MetricFamily.QUERY_POSITIONS),
  WASTED_POSITIONS(MetricFamily.WASTED_POSITIONS),
  COMMITTED_TOKENS(MetricFamily.COMMITTED_TOKENS),
  PROMPT_TOKENS(MetricFamily.PROMPT_TOKENS),
  GENERATION_TOKENS(MetricFamily.GENERATION_TOKENS),
  PREEMPTIONS(MetricFamily.PREEMPTIONS),
  REUSE_HITS(MetricFamily.REUSE_HITS),
  REUSED_TOKENS(MetricFamily.REUSED_TOKENS),
  LOOK_AHEAD_DECLINED(MetricFamily.LOOK_AHEAD_DECLINED),
  PLAN_SECONDS(MetricFamily.STEP_SECONDS, "plan"),
  ENGINE_SECONDS(MetricFamily.STEP_SECONDS, "engine"),
  APPLY_SECONDS(MetricFamily.STEP_SECONDS, "apply"),
  COMMITTED_PER_STEP(MetricFamily.COMMITTED_PER_STEP),
  TOKENS_PER_PASS(MetricFamily.TOKENS_PER_PASS),
  STEP_SEQUENCES(MetricFamily.STEP_SEQUENCES),
  TIME_TO_FIRST_BLOCK(MetricFamily.TIME_TO_FIRST_BLOCK),
  BLOCK_LATENCY(MetricFamily.BLOCK_LATENCY),
  QUEUE_TIME(MetricFamily.QUEUE_TIME),
  REQUEST_DURATION(MetricFamily.REQUEST_DURATION),
  WAITING(MetricFamily.REQUESTS, "waiting"),
  RUNNING(MetricFamily.REQUESTS, "running"),
  KV_USAGE(MetricFamily.KV_USAGE),
  KV_KEPT(MetricFamily.KV_KEPT),
  KV_FRACTION(MetricFamily.KV_BLOCKS, "fraction", MetricFamily.Kind.RATIO),
  KV_TOKENS_PER_BLOCK(MetricFamily.KV_BLOCKS, "tokens_per", MetricFamily.Kind.RATIO),
  KV_USED(MetricFamily.KV_BLOCKS, "used"),
  KV_FREE(MetricFamily.KV_BLOCKS, "free"),
  KV_MAX(MetricFamily.KV_BLOCKS, "max");

  private final MetricFamily family;
  private final String labelValue;
  private final MetricFamily.Kind kind;

  MetricSeries(MetricFamily family) {
    this(family, null);
  }

  MetricSeries(MetricFamily family, String labelValue) {
    this(family, labelValue, family.kind());
  }

  MetricSeries(MetricFamily family, String labelValue, MetricFamily.Kind kind) {
    this.family = family;
    this.labelValue = labelValue;
    this.kind = kind;
  }

  /** The family it belongs to. */
  public MetricFamily family() {
    return family;
  }

  /** Value of the family's own label; null where it has none. */
  public String labelValue() {
    return labelValue;
  }

  /**
   * What its values are: those of its family, but {@link MetricFamily.Kind#RATIO} for a gauge of
   * which several instances of a model do not add up.
   */
  public MetricFamily.Kind kind() {
    return kind;
  }
}

package dev.unmask.metrics;

import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.engine.EngineCapabilities;
import java.util.function.ToLongFunction;

/** Turns what happens in one model into its metrics. Threads as {@link Telemetry} says. */
public final class DecodingMetrics implements Telemetry {
  private final SeriesWriter series;
  private volatile boolean retired;

  /** As they were told last. */
  private Levels last;

  /** Writes to {@code series}. */
  public DecodingMetrics(SeriesWriter series) {
    this.series = series;
  }

  /**
   * Says how large the cache is, before a step has said so.
   *
   * @param kvPositions positions in all
   */
  public void onLoaded(long kvPositions) {
    showKv(kvPositions / EngineCapabilities.KV_BLOCK, 0, 0);
  }

  /** Leaves levels to the model that takes this one's place. */
  public void retire() {
    retired = true;
  }

  @Override
  public void onScheduled(long queueNanos) {
    series.observe(MetricSeries.QUEUE_TIME, queueNanos / 1e9);
  }

  @Override
  public void onFirstBlock(long nanos) {
    series.observe(MetricSeries.TIME_TO_FIRST_BLOCK, nanos / 1e9);
  }

  @Override
  public void onBlock(long nanos) {
    series.observe(MetricSeries.BLOCK_LATENCY, nanos / 1e9);
  }

  @Override
  public void onEnded(RequestReport report) {
    series.add(MetricSeries.PROMPT_TOKENS, report.promptTokens());
    series.add(MetricSeries.GENERATION_TOKENS, report.generatedTokens());
    if (report.outcome() != Outcome.SUCCESS) {
      return;
    }
    series.observe(MetricSeries.REQUEST_DURATION, report.totalNanos() / 1e9);
    if (report.forwardPasses() > 0) {
      series.observe(
          MetricSeries.TOKENS_PER_PASS, (double) report.generatedTokens() / report.forwardPasses());
    }
  }

  @Override
  public void onStep(StepReport report) {
    if (report.rows() > 0) {
      countPass(report);
    }
    series.add(MetricSeries.PLAN_SECONDS, report.planNanos() / 1e9);
    series.add(MetricSeries.ENGINE_SECONDS, report.engineNanos() / 1e9);
    series.add(MetricSeries.APPLY_SECONDS, report.applyNanos() / 1e9);
    onLevels(report.levels());
  }

  @Override
  public void onLevels(Levels levels) {
    count(MetricSeries.PREEMPTIONS, levels, Levels::preemptions);
    count(MetricSeries.REUSE_HITS, levels, Levels::reuseHits);
    count(MetricSeries.REUSED_TOKENS, levels, Levels::reusedTokens);
    count(MetricSeries.LOOK_AHEAD_DECLINED, levels, Levels::lookAheadDeclined);
    last = levels;
    if (!retired) {
      series.set(MetricSeries.WAITING, levels.waiting());
      series.set(MetricSeries.RUNNING, levels.running());
      showKv(levels.kvBlocksTotal(), levels.kvBlocksUsed(), levels.kvBlocksKept());
    }
  }

  /** Adds what a total has grown by since the last step. */
  private void count(MetricSeries total, Levels levels, ToLongFunction<Levels> value) {
    long before = last == null ? 0 : value.applyAsLong(last);
    series.add(total, Math.max(0, value.applyAsLong(levels) - before));
  }

  private void countPass(StepReport report) {
    if (report.failed()) {
      series.add(MetricSeries.FAILED_PASSES, 1);
      return;
    }
    int useful = report.prefillTokens() + report.committedTokens();
    series.add(MetricSeries.FORWARD_PASSES, 1);
    series.add(MetricSeries.QUERY_POSITIONS, report.queryTokens());
    series.add(MetricSeries.WASTED_POSITIONS, Math.max(0, report.queryTokens() - useful));
    series.add(MetricSeries.COMMITTED_TOKENS, report.committedTokens());
    series.observe(MetricSeries.COMMITTED_PER_STEP, report.committedTokens());
    series.observe(MetricSeries.STEP_SEQUENCES, report.rows());
  }

  private void showKv(long total, long used, long kept) {
    double usage = total == 0 ? 0 : (double) used / total;
    series.set(MetricSeries.KV_FRACTION, usage);
    series.set(MetricSeries.KV_TOKENS_PER_BLOCK, EngineCapabilities.KV_BLOCK);
    series.set(MetricSeries.KV_USED, used);
    series.set(MetricSeries.KV_FREE, total - used);
    series.set(MetricSeries.KV_MAX, total);
    series.set(MetricSeries.KV_USAGE, usage);
    series.set(MetricSeries.KV_KEPT, kept);
  }
}

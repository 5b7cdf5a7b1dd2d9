package dev.unmask.bridge;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.scheduler.BlockScheduler;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.SchedulerStats;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.StepPlan;

/**
 * Counts what one step computes and commits, for {@link Telemetry#onStep}. Confined to the thread
 * of its loop.
 */
final class StepMeter {
  private final BlockScheduler scheduler;
  private final EngineCapabilities engine;
  private int rows;
  private int queryTokens;
  private int prefillTokens;
  private int committedTokens;

  StepMeter(BlockScheduler scheduler, EngineCapabilities engine) {
    this.scheduler = scheduler;
    this.engine = engine;
  }

  /** A listener that also counts the tokens its sequence commits. */
  SequenceListener counting(SequenceListener listener) {
    return new SequenceListener() {
      private int seen;

      @Override
      public void onScheduled(SequenceView sequence) {
        listener.onScheduled(sequence);
      }

      @Override
      public void onCommitted(SequenceView sequence) {
        committedTokens += sequence.committedTokens() - seen;
        seen = sequence.committedTokens();
        listener.onCommitted(sequence);
      }

      @Override
      public void onFinished(SequenceView sequence) {
        listener.onFinished(sequence);
      }
    };
  }

  /** Starts a step. */
  void planned(StepPlan plan) {
    rows = plan.rowCount();
    queryTokens = plan.queryCount();
    prefillTokens = 0;
    for (int row = 0; row < rows; row++) {
      prefillTokens += plan.kind(row) == RowKind.PREFILL ? plan.queryCount(row) : 0;
    }
    committedTokens = 0;
  }

  /** What the step did, with the scheduler's gauges as they are now. */
  Telemetry.StepReport report(boolean failed, long planNanos, long engineNanos, long applyNanos) {
    return new Telemetry.StepReport(
        rows,
        queryTokens,
        prefillTokens,
        committedTokens,
        failed,
        planNanos,
        engineNanos,
        applyNanos,
        levels());
  }

  /** As they are now. */
  Telemetry.Levels levels() {
    SchedulerStats stats = scheduler.stats();
    return new Telemetry.Levels(
        stats.waiting(),
        stats.running(),
        Math.min(stats.kvBlocksTotal(), engine.kvPositions() / EngineCapabilities.KV_BLOCK),
        stats.kvBlocksUsed(),
        stats.kvBlocksSaved(),
        stats.preemptions(),
        stats.reuseHits(),
        stats.reusedTokens(),
        stats.lookAheadDeclined());
  }
}

package dev.unmask.server.metrics;

import dev.unmask.bridge.Telemetry.Levels;
import dev.unmask.bridge.Telemetry.StepReport;

/** Reports of steps. */
final class Steps {
  static final long PLAN = 1_000_000;
  static final long ENGINE = 20_000_000;
  static final long APPLY = 3_000_000;

  private Steps() {}

  static StepReport of(int rows, int query, int prefill, int committed) {
    Levels levels = new Levels(4, rows, 100, 25, 5, 0, 0, 0, 0);
    return new StepReport(rows, query, prefill, committed, false, PLAN, ENGINE, APPLY, levels);
  }

  static StepReport failed(int rows) {
    Levels levels = new Levels(0, rows, 100, 25, 5, 0, 0, 0, 0);
    return new StepReport(rows, 9, 0, 0, true, PLAN, ENGINE, APPLY, levels);
  }

  static StepReport totals(
      long preemptions, long reuseHits, long reusedTokens, long lookAheadDeclined) {
    Levels levels =
        new Levels(0, 1, 100, 1, 0, preemptions, reuseHits, reusedTokens, lookAheadDeclined);
    return new StepReport(1, 1, 0, 1, false, 0, 0, 0, levels);
  }
}

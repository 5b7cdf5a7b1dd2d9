package dev.unmask.server.metrics;

import dev.unmask.bridge.Telemetry.StepReport;

/** Reports of steps. */
final class Steps {
  static final long PLAN = 1_000_000;
  static final long ENGINE = 20_000_000;
  static final long APPLY = 3_000_000;

  private Steps() {}

  static StepReport of(int rows, int query, int prefill, int committed) {
    return new StepReport(
        rows, query, prefill, committed, false, PLAN, ENGINE, APPLY, 4, rows, 100, 25, 5, 0, 0, 0);
  }

  static StepReport failed(int rows) {
    return new StepReport(rows, 9, 0, 0, true, PLAN, ENGINE, APPLY, 0, rows, 100, 25, 5, 0, 0, 0);
  }

  static StepReport totals(long preemptions, long reuseHits, long reusedTokens) {
    return new StepReport(
        1, 1, 0, 1, false, 0, 0, 0, 0, 1, 100, 1, 0, preemptions, reuseHits, reusedTokens);
  }
}

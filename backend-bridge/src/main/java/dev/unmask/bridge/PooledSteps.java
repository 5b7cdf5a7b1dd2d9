package dev.unmask.bridge;

/**
 * Steps of several decode loops of one model, told to one telemetry: one at a time, with levels and
 * totals added up over all loops.
 */
final class PooledSteps {
  private final Telemetry telemetry;
  private final Telemetry.StepReport[] last;

  /**
   * @param loops how many
   */
  PooledSteps(Telemetry telemetry, int loops) {
    this.telemetry = telemetry;
    this.last = new Telemetry.StepReport[loops];
  }

  /** What a loop reports its steps to. Its decode thread. */
  Telemetry of(int loop) {
    return new Telemetry() {
      @Override
      public void onStep(StepReport report) {
        tell(loop, report);
      }
    };
  }

  private synchronized void tell(int loop, Telemetry.StepReport report) {
    last[loop] = report;
    int waiting = 0;
    int running = 0;
    long kvBlocksTotal = 0;
    long kvBlocksUsed = 0;
    long kvBlocksKept = 0;
    long preemptions = 0;
    long reuseHits = 0;
    long reusedTokens = 0;
    for (Telemetry.StepReport each : last) {
      if (each != null) {
        waiting += each.waiting();
        running += each.running();
        kvBlocksTotal += each.kvBlocksTotal();
        kvBlocksUsed += each.kvBlocksUsed();
        kvBlocksKept += each.kvBlocksKept();
        preemptions += each.preemptions();
        reuseHits += each.reuseHits();
        reusedTokens += each.reusedTokens();
      }
    }
    telemetry.onStep(
        new Telemetry.StepReport(
            report.rows(),
            report.queryTokens(),
            report.prefillTokens(),
            report.committedTokens(),
            report.failed(),
            report.planNanos(),
            report.engineNanos(),
            report.applyNanos(),
            waiting,
            running,
            kvBlocksTotal,
            kvBlocksUsed,
            kvBlocksKept,
            preemptions,
            reuseHits,
            reusedTokens));
  }
}

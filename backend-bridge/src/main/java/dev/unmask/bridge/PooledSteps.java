package dev.unmask.bridge;

import java.util.Arrays;

/**
 * Steps of several decode loops of one model, told to one telemetry: one at a time, with levels and
 * totals added up over all loops.
 */
final class PooledSteps {
  private final Telemetry telemetry;
  private final Telemetry.Levels[] levels;

  /**
   * @param loops how many
   */
  PooledSteps(Telemetry telemetry, int loops) {
    this.telemetry = telemetry;
    this.levels = new Telemetry.Levels[loops];
    Arrays.fill(levels, Telemetry.Levels.NONE);
  }

  /** What a loop reports its steps to. Its decode thread. */
  Telemetry of(int loop) {
    return new Telemetry() {
      @Override
      public void onStep(StepReport report) {
        tell(loop, report);
      }

      @Override
      public void onLevels(Levels changed) {
        tell(loop, changed);
      }
    };
  }

  private synchronized void tell(int loop, Telemetry.Levels changed) {
    levels[loop] = changed;
    telemetry.onLevels(all());
  }

  private Telemetry.Levels all() {
    return Arrays.stream(levels).reduce(Telemetry.Levels.NONE, Telemetry.Levels::plus);
  }

  private synchronized void tell(int loop, Telemetry.StepReport report) {
    levels[loop] = report.levels();
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
            all()));
  }
}

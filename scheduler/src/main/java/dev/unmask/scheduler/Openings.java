package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters.D2f;

/** Makes the {@link Opening} that a request asks for. Single-owner. */
final class Openings {
  /** About the last 20 passes of a sequence count. */
  private static final double OWN_MEMORY = 0.95;

  /** About the last 200 passes of all sequences count. */
  private static final double BATCH_MEMORY = 0.995;

  private final RunningTasks running;
  private final BlockYields ofAll = new BlockYields(BATCH_MEMORY);
  private final CostAwareOpening.Counts counts = new CostAwareOpening.Counts();

  /** Null where they are not known. */
  private PassCosts costs;

  Openings(PassCosts costs, RunningTasks running) {
    this.costs = costs;
    this.running = running;
  }

  void costs(PassCosts measured) {
    costs = measured;
  }

  /** Whether a request can be decoded with the costs known. */
  boolean ready(D2f d2f) {
    return costs != null || !d2f.lookAhead().costAware();
  }

  Opening create(D2f d2f) {
    return switch (d2f.lookAhead()) {
      case FIXED -> Opening.FIXED;
      case COST -> new CostAwareOpening(costs, new BlockYields(OWN_MEMORY), null, counts);
      case BATCH -> new CostAwareOpening(costs, ofAll, running, counts);
    };
  }

  /** Times a block was not opened though the thresholds allowed it. */
  long declined() {
    return counts.declined;
  }
}

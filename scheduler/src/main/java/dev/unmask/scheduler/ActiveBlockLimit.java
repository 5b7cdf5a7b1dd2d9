package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters.D2f;

/** Applies the {@link LookAhead} of a scheduler under its present load. Single-owner. */
final class ActiveBlockLimit {
  private final LookAhead lookAhead;
  private int running = 1;

  ActiveBlockLimit(LookAhead lookAhead) {
    this.lookAhead = lookAhead;
  }

  /** Tells the load: sequences that run. */
  void running(int sequences) {
    running = Math.max(1, sequences);
  }

  /** Most blocks that a sequence may denoise at once, at least 1. */
  int blocks(D2f d2f) {
    int requested = d2f.maxActiveBlocks() == 0 ? Integer.MAX_VALUE : d2f.maxActiveBlocks();
    if (!lookAhead.adapts()) {
      return requested;
    }
    int share = lookAhead.queryTokens() / running / d2f.blockSize();
    return Math.min(requested, Math.max(1, share));
  }
}

package dev.unmask.scheduler;

/** Life of a sequence. */
enum SequenceState {
  /** Submitted or preempted, holds no cache slot. */
  WAITING(false),
  /** Holds a cache slot and takes part in steps. */
  RUNNING(false),
  /** Ended by a stop token, a stop word or its length. */
  FINISHED(true),
  /** Ended by its caller. */
  CANCELLED(true),
  /** Ended by a failure of the engine or by its deadline. */
  FAILED(true);

  private final boolean terminal;

  SequenceState(boolean terminal) {
    this.terminal = terminal;
  }

  boolean terminal() {
    return terminal;
  }
}

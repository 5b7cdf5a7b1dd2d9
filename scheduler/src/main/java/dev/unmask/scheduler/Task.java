package dev.unmask.scheduler;

import java.util.Comparator;

/**
 * A sequence with the decoder that works on it and its place among others. Single-owner, mutable.
 */
final class Task {
  /**
   * Who goes first: promoted ones in the order they were submitted, then by priority, then in the
   * order they were submitted. The first of the waiting is admitted next, the last of the running
   * is preempted first.
   */
  static final Comparator<Task> RANK =
      Comparator.comparing((Task task) -> !task.promoted)
          .thenComparingInt(task -> task.promoted ? 0 : task.priority)
          .thenComparingLong(task -> task.sequence.id());

  final Sequence sequence;
  final long deadlineNanos;
  private final int priority;
  private int overtaken;
  private boolean promoted;

  /** Null until the first attempt to admit it. */
  Decoder decoder;

  /** Whether it waits to be admitted for the first time. */
  boolean newcomer = true;

  /** Whether its row is with the engine, or its listener is being told of it. */
  boolean inStep;

  /** Whether its listener knows that it was scheduled. */
  boolean announced;

  /** Whether its prompt's keys and values were offered to later requests. */
  boolean promptOffered;

  /** Query positions of its last row; 0 before the first that was not its prompt's. */
  int lastQueries;

  /** Why it is to end between steps; null where it goes on. */
  FinishReason requested;

  Task(Sequence sequence, SubmitOptions options) {
    this.sequence = sequence;
    this.priority = options.priority();
    this.deadlineNanos = options.deadlineNanos();
  }

  /** Counts that another took its place or its memory; returns how often that was so. */
  int overtake() {
    return ++overtaken;
  }

  boolean promoted() {
    return promoted;
  }

  /** Puts it before all that are not promoted, for good. Not while it is in an ordered set. */
  void promote() {
    promoted = true;
  }
}

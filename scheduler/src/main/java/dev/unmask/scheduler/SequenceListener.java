package dev.unmask.scheduler;

/**
 * Told what happens to a sequence, on the decode thread, while a step is planned or applied. May
 * call {@link BlockScheduler#finish} or {@link BlockScheduler#cancel} on any sequence. Must not
 * throw.
 */
public interface SequenceListener {
  /** The sequence takes part in a step for the first time. Told once, before any other call. */
  default void onScheduled(SequenceView sequence) {}

  /** A pass committed tokens. The sequence may end in the same step. */
  void onCommitted(SequenceView sequence);

  /** The sequence ended; the last call. The view stays readable. */
  void onFinished(SequenceView sequence);
}

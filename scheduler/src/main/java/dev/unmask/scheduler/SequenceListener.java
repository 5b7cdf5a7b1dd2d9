package dev.unmask.scheduler;

/**
 * Told what happens to a sequence, on the decode thread, while a step is applied. May call {@link
 * BlockScheduler#finish} or {@link BlockScheduler#cancel} on any sequence. Must not throw.
 */
public interface SequenceListener {
  /** A pass committed tokens. The sequence may end in the same step. */
  void onCommitted(SequenceView sequence);

  /** The sequence ended; the last call. The view stays readable. */
  void onFinished(SequenceView sequence);
}

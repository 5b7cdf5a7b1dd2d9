package dev.unmask.scheduler;

/**
 * Remembers what a listener was told; refuses to be told of tokens before the first step, and twice
 * that a sequence was scheduled or ended.
 */
final class Recorder implements SequenceListener {
  SequenceView finished;
  boolean scheduled;
  int commits;

  @Override
  public void onScheduled(SequenceView sequence) {
    if (scheduled || finished != null) {
      throw new AssertionError("scheduled twice or after the end");
    }
    scheduled = true;
  }

  @Override
  public void onCommitted(SequenceView sequence) {
    if (!scheduled || finished != null) {
      throw new AssertionError("committed before the first step or after the end");
    }
    commits++;
  }

  @Override
  public void onFinished(SequenceView sequence) {
    if (finished != null) {
      throw new AssertionError("ended twice");
    }
    finished = sequence;
  }
}

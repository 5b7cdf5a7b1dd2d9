package dev.unmask.scheduler;

/** Remembers what a listener was told and refuses to be told twice that a sequence ended. */
final class Recorder implements SequenceListener {
  SequenceView finished;
  int commits;

  @Override
  public void onCommitted(SequenceView sequence) {
    if (finished != null) {
      throw new AssertionError("committed after the end");
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

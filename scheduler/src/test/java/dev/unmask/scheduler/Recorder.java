package dev.unmask.scheduler;

/** Remembers what a listener was told and refuses to be told twice that a sequence ended. */
final class Recorder implements SequenceListener {
  SequenceView finished;
  long id;

  /** Set by a test that ended the sequence itself. */
  boolean ended;

  int commits;
  int scheduled;

  @Override
  public void onScheduled(SequenceView sequence) {
    if (commits > 0 || finished != null) {
      throw new AssertionError("scheduled after other calls");
    }
    if (++scheduled > 1) {
      throw new AssertionError("scheduled twice");
    }
  }

  @Override
  public void onCommitted(SequenceView sequence) {
    if (finished != null) {
      throw new AssertionError("committed after the end");
    }
    if (scheduled == 0) {
      throw new AssertionError("committed and never scheduled");
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

package dev.unmask.bridge;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.SequenceView;

/** Ends its request from within a call, as when a stop word was found. */
final class FinishingListener extends RecordingListener {
  private final int tokens;
  private DecodeHandle handle;

  /**
   * @param tokens committed ones after which it is enough
   */
  FinishingListener(int tokens) {
    this.tokens = tokens;
  }

  @Override
  public void onEntered(DecodeHandle entered) {
    handle = entered;
  }

  @Override
  public void onCommitted(SequenceView sequence) {
    if (sequence.committedTokens() == tokens) {
      assertTrue(handle.finish());
    }
  }
}

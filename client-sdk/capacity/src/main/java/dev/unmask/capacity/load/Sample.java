package dev.unmask.capacity.load;

import dev.unmask.capacity.targets.Answer;
import dev.unmask.capacity.targets.ResponseListener;
import dev.unmask.capacity.targets.TargetError;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One request and what came of it. Times are {@link System#nanoTime} of the client. Written by one
 * thread at a time until it has ended, and unmodified from then on.
 */
public final class Sample implements ResponseListener {
  private final String id;
  private final PromptEntry prompt;
  private final long scheduledNanos;
  private final Consumer<Sample> onEnded;
  private long sentNanos;
  private long[] chunkNanos = new long[8];
  private int chunks;
  private volatile long endNanos;
  private Answer answer;
  private TargetError error;

  /**
   * Makes one.
   *
   * @param scheduledNanos when it was to be sent
   * @param onEnded told once when it has ended
   */
  Sample(String id, PromptEntry prompt, long scheduledNanos, Consumer<Sample> onEnded) {
    this.id = id;
    this.prompt = prompt;
    this.scheduledNanos = scheduledNanos;
    this.onEnded = onEnded;
  }

  void sent() {
    sentNanos = System.nanoTime();
  }

  @Override
  public void onText(String text) {
    if (chunks == chunkNanos.length) {
      chunkNanos = Arrays.copyOf(chunkNanos, 2 * chunks);
    }
    chunkNanos[chunks++] = System.nanoTime();
  }

  @Override
  public void onEnd(Answer complete) {
    answer = complete;
    end();
  }

  @Override
  public void onError(TargetError failure) {
    error = failure;
    end();
  }

  private void end() {
    endNanos = System.nanoTime();
    onEnded.accept(this);
  }

  /** Its name. */
  public String id() {
    return id;
  }

  /** What was asked. */
  public PromptEntry prompt() {
    return prompt;
  }

  /** When it was to be sent; latencies count from here. */
  public long scheduledNanos() {
    return scheduledNanos;
  }

  /** When it was sent. */
  public long sentNanos() {
    return sentNanos;
  }

  /** Parts of the answer that came. */
  public int chunks() {
    return chunks;
  }

  /** When a part came. */
  public long chunkNanos(int index) {
    return chunkNanos[index];
  }

  /** When it ended. */
  public long endNanos() {
    return endNanos;
  }

  /** The answer; null where it failed. */
  public Answer answer() {
    return answer;
  }

  /** Why it failed; null where it did not. */
  public TargetError error() {
    return error;
  }

  /** Tokens of the answer; 0 where it failed or the target does not say. */
  public long tokens() {
    return answer == null ? 0 : Math.max(0, answer.outputTokens());
  }
}

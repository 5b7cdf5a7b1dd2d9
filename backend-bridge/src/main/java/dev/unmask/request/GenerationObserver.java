package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;

/**
 * Receives one generation. Called by one thread at a time, most often the decode thread: hand over
 * and return, never block, never throw. Nothing follows {@link #onFinished} or {@link #onError}.
 */
public interface GenerationObserver {
  /**
   * Its first step is about to run. Decode thread; once, before any delta and before a good end; a
   * generation that ends before its first step goes without.
   *
   * @param inputNanos time spent reading and encoding it
   */
  default void onScheduled(long inputNanos) {}

  /** Something became final. Only for streaming requests. */
  void onDelta(GenerationDelta delta);

  /** A pass changed the blocks. Only where asked for; comes before the pass's delta. */
  default void onSnapshot(BlockSnapshot snapshot) {}

  /**
   * The answer is complete.
   *
   * @param rest what no delta carried yet: the end of a stream, or the whole of an answer that was
   *     not streamed
   */
  void onFinished(GenerationDelta rest, GenerationResult result);

  /** It failed, or was cancelled (CANCELLED). */
  void onError(UnmaskException error);
}

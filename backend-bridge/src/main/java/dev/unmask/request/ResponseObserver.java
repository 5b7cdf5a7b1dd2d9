package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;

/**
 * Receives the responses of one request. Called by one thread at a time, most often the decode
 * thread: implementations hand over and return, they never block and never throw. After the final
 * call, one of {@link #onResponse} with {@code last}, {@link #onCompleted} and {@link #onError},
 * nothing follows.
 */
public interface ResponseObserver {
  /**
   * The request's first step is about to run; see {@link GenerationObserver#onScheduled}.
   *
   * @param inputNanos time spent reading and encoding it
   */
  default void onScheduled(long inputNanos) {}

  /**
   * A response with content.
   *
   * @param last whether it is the final one
   */
  void onResponse(InferResponse response, boolean last);

  /** All responses were given, and the last of them was not marked as such. */
  void onCompleted();

  /** The request failed, or was cancelled (CANCELLED). */
  void onError(UnmaskException error);
}

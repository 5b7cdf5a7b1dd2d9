package dev.unmask.bridge;

import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.UnmaskException;

/**
 * Told what happens to a request that was submitted to a {@link Decoder}, on its decode thread. The
 * last call is {@link #onFinished} or {@link #onAborted}, exactly one of them; only where {@link
 * #onFinished} itself throws does {@link #onAborted} follow it. Calls should not throw: one that
 * does ends its sequence, and nothing else.
 */
public interface DecodeListener extends SequenceListener {
  /**
   * The first call, unless it is {@link #onAborted}: the decode thread is about to take the request
   * in.
   *
   * @param handle the one that the submission returns
   */
  default void onEntered(DecodeHandle handle) {}

  /**
   * The request ended without a result or a view: refused by the scheduler, cancelled before it was
   * taken in (CANCELLED), too late for a worker that closes (UNAVAILABLE), caught in the failure of
   * the worker, or by what this listener threw (INTERNAL).
   */
  void onAborted(UnmaskException error);
}

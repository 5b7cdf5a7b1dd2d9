package dev.unmask.bridge;

/** A request that was submitted to a {@link Decoder}. Any thread unless it says otherwise. */
public interface DecodeHandle {
  /**
   * Gives the request up; it ends before the next step, if it has not ended by then. Idempotent;
   * never blocks on the engine.
   */
  void cancel();

  /**
   * Ends a request whose answer is complete, as when a stop word was found; from within a listener
   * call it ends in the same step. Decode thread only.
   *
   * @return whether it was still there
   * @throws IllegalStateException on any other thread
   */
  boolean finish();
}

package dev.unmask.bridge;

/** A request that was submitted to a {@link DecodeWorker}. Any thread. */
public interface DecodeHandle {
  /**
   * Gives the request up; it ends before the next step, if it has not ended by then. Idempotent;
   * never blocks on the engine.
   */
  void cancel();
}

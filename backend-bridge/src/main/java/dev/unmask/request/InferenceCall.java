package dev.unmask.request;

/** A request in progress. */
public interface InferenceCall {
  /**
   * Gives the request up: within one step its sequence ends and its cache is free. The observer is
   * told CANCELLED, unless the request had ended. Any thread; idempotent; never blocks.
   */
  void cancel();
}

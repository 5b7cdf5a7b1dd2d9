package dev.unmask.it;

import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;

/** A server as the behavioural contract sees it, whatever lies between. */
interface ServingTarget extends AutoCloseable {
  /**
   * Starts a request. What is wrong with it is told to the observer or thrown as {@link
   * dev.unmask.scheduler.UnmaskException}.
   */
  InferenceCall infer(String model, InferRequest request, ResponseObserver observer);

  /** The metrics as they are now. */
  Scrape scrape();

  @Override
  void close();
}

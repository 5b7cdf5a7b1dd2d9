package dev.unmask.server.grpc;

import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/**
 * Takes the one response of a model that is not decoupled. One that gives none or several has a
 * fault, and the request fails.
 */
final class SingleResponse implements ResponseObserver {
  /** Where it goes. Exactly one method is called, once. */
  interface Outcome {
    /** The response. */
    void onSuccess(InferResponse response);

    /** Why there is none. */
    void onFailure(UnmaskException error);
  }

  private final String model;
  private final InferenceCall call;
  private final Outcome outcome;
  private InferResponse response;
  private boolean done;

  /**
   * @param model its name, for messages
   * @param call the request, given up when a second response comes
   */
  SingleResponse(String model, InferenceCall call, Outcome outcome) {
    this.model = model;
    this.call = call;
    this.outcome = outcome;
  }

  @Override
  public void onResponse(InferResponse next, boolean last) {
    if (done) {
      return;
    }
    if (response != null) {
      fault("more than one response");
      call.cancel();
      return;
    }
    response = next;
    if (last) {
      onCompleted();
    }
  }

  @Override
  public void onCompleted() {
    if (done) {
      return;
    }
    if (response == null) {
      fault("no response");
      return;
    }
    done = true;
    outcome.onSuccess(response);
  }

  @Override
  public void onError(UnmaskException error) {
    if (!done) {
      done = true;
      outcome.onFailure(error);
    }
  }

  private void fault(String what) {
    onError(
        new UnmaskException(
            ErrorCode.INTERNAL,
            "model '" + model + "' is not decoupled but gave " + what + " to a request"));
  }
}

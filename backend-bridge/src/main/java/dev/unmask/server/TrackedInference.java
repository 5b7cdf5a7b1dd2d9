package dev.unmask.server;

import dev.unmask.request.GenerationResult;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.UnmaskException;

/** A tracked request in tensors. */
final class TrackedInference extends TrackedCall implements ResponseObserver {
  private final ResponseObserver observer;
  private int responses;
  private String result = "";

  TrackedInference(ReadyModel model, InferRequest request, ResponseObserver observer) {
    super(model, request.requestId(), request.arrivalNanos());
    this.observer = observer;
  }

  /** How the generation behind it ended; comes before the end of the request. */
  void onResult(GenerationResult ended) {
    result = fields(ended);
  }

  @Override
  public void onResponse(InferResponse response, boolean last) {
    responses++;
    answered();
    try {
      observer.onResponse(response, last);
    } finally {
      if (last) {
        ended("OK", " responses=" + responses + result);
      }
    }
  }

  @Override
  public void onCompleted() {
    try {
      observer.onCompleted();
    } finally {
      ended("OK", " responses=" + responses + result);
    }
  }

  @Override
  void fail(UnmaskException error) {
    if (!hasEnded()) {
      onError(error);
    }
  }

  @Override
  public void onError(UnmaskException error) {
    try {
      observer.onError(error);
    } finally {
      ended(error.code().name(), " responses=" + responses + result);
    }
  }
}

package dev.unmask.server;

import dev.unmask.request.BlockSnapshot;
import dev.unmask.request.GenerationDelta;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.GenerationResult;
import dev.unmask.scheduler.UnmaskException;

/** A tracked generation without tensors. */
final class TrackedGeneration extends TrackedCall implements GenerationObserver {
  private final GenerationObserver observer;

  TrackedGeneration(ReadyModel model, GenerationInput input, GenerationObserver observer) {
    super(model, input.requestId(), input.arrivalNanos());
    this.observer = observer;
  }

  @Override
  public void onDelta(GenerationDelta delta) {
    answered();
    observer.onDelta(delta);
  }

  @Override
  public void onSnapshot(BlockSnapshot snapshot) {
    observer.onSnapshot(snapshot);
  }

  @Override
  public void onFinished(GenerationDelta rest, GenerationResult result) {
    answered();
    try {
      observer.onFinished(rest, result);
    } finally {
      ended("OK", fields(result));
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
      ended(error.code().name(), "");
    }
  }
}

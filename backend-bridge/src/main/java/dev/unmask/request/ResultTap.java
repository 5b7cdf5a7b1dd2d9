package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;
import java.util.function.Consumer;

/** Shows the result of a generation to someone else before its observer is told. */
record ResultTap(GenerationObserver observer, Consumer<GenerationResult> onResult)
    implements GenerationObserver {
  @Override
  public void onScheduled(long inputNanos) {
    observer.onScheduled(inputNanos);
  }

  @Override
  public void onDelta(GenerationDelta delta) {
    observer.onDelta(delta);
  }

  @Override
  public void onSnapshot(BlockSnapshot snapshot) {
    observer.onSnapshot(snapshot);
  }

  @Override
  public void onFinished(GenerationDelta rest, GenerationResult result) {
    onResult.accept(result);
    observer.onFinished(rest, result);
  }

  @Override
  public void onError(UnmaskException error) {
    observer.onError(error);
  }
}

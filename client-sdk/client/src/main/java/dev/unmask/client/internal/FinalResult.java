package dev.unmask.client.internal;

import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.UnmaskClientException;

/** Completes a future with the result of a generation. */
final class FinalResult implements ResponseConsumer<GenerationEvent> {
  private final CallFuture<GenerateResult> future;
  private GenerateResult result;

  FinalResult(CallFuture<GenerateResult> future) {
    this.future = future;
  }

  @Override
  public void onResponse(GenerationEvent event) {
    if (event instanceof GenerationEvent.Finished finished) {
      result = finished.result();
    }
  }

  @Override
  public void onEnd() {
    future.succeed(result);
  }

  @Override
  public void onError(UnmaskClientException error) {
    future.fail(error);
  }
}

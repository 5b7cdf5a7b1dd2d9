package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.UnmaskClientException;

/**
 * Completes a future with the one response that there is to be.
 *
 * @param <R> response
 */
final class FirstResponse<R> implements ResponseConsumer<R> {
  private final CallFuture<R> future;
  private R first;

  FirstResponse(CallFuture<R> future) {
    this.future = future;
  }

  @Override
  public void onResponse(R response) {
    first = response;
  }

  @Override
  public void onEnd() {
    if (first == null) {
      future.fail(
          UnmaskClientException.of(
              ErrorCode.PROTOCOL, "the server gave no response", "", "", false, null));
    } else {
      future.succeed(first);
    }
  }

  @Override
  public void onError(UnmaskClientException error) {
    future.fail(error);
  }
}

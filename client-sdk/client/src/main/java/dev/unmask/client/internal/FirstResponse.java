package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.RequestInfo;
import dev.unmask.client.UnmaskClientException;

/**
 * Completes a future with the one response that there is to be.
 *
 * @param <R> response
 */
final class FirstResponse<R> implements ResponseConsumer<R> {
  private final CallFuture<R> future;
  private final RequestInfo info;
  private R first;

  FirstResponse(CallFuture<R> future, RequestInfo info) {
    this.future = future;
    this.info = info;
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
              ErrorCode.PROTOCOL,
              "the server gave no response",
              "",
              info.requestId(),
              false,
              null));
    } else {
      future.succeed(first);
    }
  }

  @Override
  public void onError(UnmaskClientException error) {
    future.fail(error);
  }
}

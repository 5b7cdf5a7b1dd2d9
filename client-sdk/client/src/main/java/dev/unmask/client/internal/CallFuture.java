package dev.unmask.client.internal;

import java.util.concurrent.CompletableFuture;

/**
 * A future of one request. However it ends, cancelled or completed by the caller, the request ends
 * with it.
 *
 * @param <T> what it completes with
 */
public final class CallFuture<T> extends CompletableFuture<T> {
  private final Callbacks callbacks;

  CallFuture(Callbacks callbacks) {
    this.callbacks = callbacks;
  }

  <R> void start(ClientCore core, Operation<R> operation, ResponseConsumer<R> consumer) {
    Exchange<R> exchange = new Exchange<>(core, operation, consumer);
    CompletableFuture<T> unused = whenComplete((value, error) -> exchange.cancel());
    exchange.request(Long.MAX_VALUE);
    exchange.start();
  }

  void succeed(T value) {
    callbacks.run(() -> complete(value));
  }

  void fail(Throwable error) {
    callbacks.run(() -> completeExceptionally(error));
  }
}

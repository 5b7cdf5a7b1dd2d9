package dev.unmask.client.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A future of one request; cancelling it gives the request up.
 *
 * @param <T> what it completes with
 */
public final class CallFuture<T> extends CompletableFuture<T> {
  private final Executor callbacks;
  private volatile Exchange<?> exchange;

  CallFuture(Executor callbacks) {
    this.callbacks = callbacks;
  }

  <R> void start(ClientCore core, Operation<R> operation, ResponseConsumer<R> consumer) {
    Exchange<R> started = new Exchange<>(core, operation, consumer);
    exchange = started;
    started.request(Long.MAX_VALUE);
    started.start();
  }

  void succeed(T value) {
    callbacks.execute(() -> complete(value));
  }

  void fail(Throwable error) {
    callbacks.execute(() -> completeExceptionally(error));
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled && exchange != null) {
      exchange.cancel();
    }
    return cancelled;
  }
}

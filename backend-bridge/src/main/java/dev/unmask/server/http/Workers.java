package dev.unmask.server.http;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what would hold up an event loop: control requests that block, and the reading of
 * large bodies. Two pools, so that a slow load delays no inference. Any thread.
 */
final class Workers implements AutoCloseable {
  /** Bodies up to this size are read on the event loop. */
  static final int LARGE_BODY = 1 << 18;

  private static final int MAX_WAITING = 1024;

  private final ThreadPoolExecutor control = pool("unmask-http-control", 2);
  private final ThreadPoolExecutor reading = pool("unmask-http-body", 2);

  private static ThreadPoolExecutor pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            new DefaultThreadFactory(name, true));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Runs what blocks; errors become the exchange's answer. */
  void control(HttpExchange exchange, Runnable action) {
    run(control, exchange, ErrorStyle.TRITON, action);
  }

  /** Runs what takes time by the size of the body, here or on a thread of its own. */
  void read(HttpExchange exchange, boolean large, Runnable action) {
    read(exchange, ErrorStyle.TRITON, large, action);
  }

  /** As above, for an API that words errors its own way. */
  void read(HttpExchange exchange, ErrorStyle errors, boolean large, Runnable action) {
    if (large) {
      run(reading, exchange, errors, action);
    } else {
      action.run();
    }
  }

  private static void run(
      ThreadPoolExecutor pool, HttpExchange exchange, ErrorStyle errors, Runnable action) {
    try {
      pool.execute(() -> HttpErrors.guard(exchange, errors, action));
    } catch (RejectedExecutionException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "too many requests are being read", e);
    }
  }

  @Override
  public void close() {
    control.shutdown();
    reading.shutdown();
  }
}

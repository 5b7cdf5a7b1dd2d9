package dev.unmask.client.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** One thread for all that has to happen later. Thread-safe. */
final class Timers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  Timers(ThreadFactory threads) {
    executor = new ScheduledThreadPoolExecutor(1, threads);
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Runs an action once, unless the client is closed by then. */
  void later(long nanos, Runnable action) {
    try {
      Future<?> unused = executor.schedule(action, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      ClientCore.LOG.log(System.Logger.Level.DEBUG, "client is closed", e);
    }
  }

  /** Runs an action again and again. */
  void repeat(Duration interval, Runnable action) {
    long nanos = Durations.nanos(interval);
    Future<?> repeated =
        executor.scheduleWithFixedDelay(action, nanos, nanos, TimeUnit.NANOSECONDS);
    if (repeated.isCancelled()) {
      throw new IllegalStateException("client is closed");
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

package dev.unmask.server;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the model repositories at intervals, on a thread of its own. */
final class RepositoryPoller implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RepositoryPoller.class);

  private final ModelRegistry registry;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread poller = new Thread(task, "repository-poll");
            poller.setDaemon(true);
            return poller;
          });
  private final ScheduledFuture<?> schedule;

  /** Starts with the first look one interval from now. */
  RepositoryPoller(ModelRegistry registry, Duration interval) {
    this.registry = registry;
    long nanos = interval.toNanos();
    schedule = thread.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    try {
      registry.poll();
    } catch (RuntimeException e) {
      LOG.error("cannot poll the model repository: {}", e.getMessage());
    }
  }

  /** Ends the thread; a look in progress is finished by it. */
  @Override
  public void close() {
    schedule.cancel(false);
    thread.shutdown();
  }
}

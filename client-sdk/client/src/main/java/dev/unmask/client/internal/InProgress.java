package dev.unmask.client.internal;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The requests in progress, and the watch over their time. A timer for every request would wake the
 * timer's thread with every request, which costs more than the request does here. Instead all are
 * looked at ten times a second as long as there are any, and only what falls due before the next
 * look gets a timer of its own. Thread-safe.
 */
final class InProgress {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Timers timers;
  private final Set<Exchange<?>> requests = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean watching = new AtomicBoolean();

  InProgress(Timers timers) {
    this.timers = timers;
  }

  /** A request begins. */
  void add(Exchange<?> request) {
    requests.add(request);
    // Until the first look at it, or the second, whichever watches over it.
    watch(request, System.nanoTime(), 2 * TICK_NANOS);
    lookLater();
  }

  private void lookLater() {
    if (!watching.get() && watching.compareAndSet(false, true)) {
      timers.later(TICK_NANOS, this::look);
    }
  }

  private void look() {
    try {
      long now = System.nanoTime();
      requests.forEach(request -> watch(request, now, 2 * TICK_NANOS));
    } finally {
      watching.set(false);
      if (!requests.isEmpty()) {
        lookLater();
      }
    }
  }

  private void watch(Exchange<?> request, long now, long within) {
    long due = request.nanosUntilDue(now);
    if (due < within) {
      timers.later(Math.max(0, due), request::checkTime);
    }
  }

  /** A request has ended. */
  void remove(Exchange<?> request) {
    requests.remove(request);
  }

  /** Those in progress at the moment. */
  List<Exchange<?>> all() {
    return List.copyOf(requests);
  }
}

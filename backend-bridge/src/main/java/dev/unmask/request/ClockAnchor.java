package dev.unmask.request;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * A moment on two clocks. Times of one request are converted with one anchor, so that they differ
 * by what {@link System#nanoTime} measured, whatever happens to the wall clock in between.
 *
 * @param nanoTime {@link System#nanoTime}
 * @param epochNanos nanoseconds since 1970
 */
record ClockAnchor(long nanoTime, long epochNanos) {
  static ClockAnchor now() {
    Instant wall = Instant.now();
    return new ClockAnchor(
        System.nanoTime(), TimeUnit.SECONDS.toNanos(wall.getEpochSecond()) + wall.getNano());
  }

  /** Nanoseconds since 1970 of a moment on the clock of {@link System#nanoTime}. */
  long toEpochNanos(long moment) {
    return epochNanos + (moment - nanoTime);
  }
}

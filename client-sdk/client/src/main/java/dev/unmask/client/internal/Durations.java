package dev.unmask.client.internal;

import java.time.Duration;

/** Durations as numbers, without overflow. */
final class Durations {
  private Durations() {}

  /** In nanoseconds; {@link Long#MAX_VALUE} for what is longer. */
  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** In nanoseconds; {@link Long#MAX_VALUE} for none, which zero stands for, and what is longer. */
  static long limitNanos(Duration duration) {
    return duration.isZero() ? Long.MAX_VALUE : nanos(duration);
  }
}

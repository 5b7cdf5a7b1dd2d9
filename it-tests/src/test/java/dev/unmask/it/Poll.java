package dev.unmask.it;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread or process brings about. */
final class Poll {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Poll() {}

  /** Returns once the condition holds; fails where it does not within a minute. */
  static void until(String what, BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > TIMEOUT_NANOS) {
        throw new AssertionError("not within a minute: " + what);
      }
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }
}

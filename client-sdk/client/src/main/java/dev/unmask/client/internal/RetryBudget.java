package dev.unmask.client.internal;

import dev.unmask.client.RetryPolicy;
import java.util.concurrent.ThreadLocalRandom;

/** How many retries are left to all requests of a client together. Thread-safe. */
final class RetryBudget {
  private static final double MOST = 10;

  private final RetryPolicy policy;
  private double tokens = MOST;

  RetryBudget(RetryPolicy policy) {
    this.policy = policy;
  }

  int maxAttempts() {
    return policy.maxAttempts();
  }

  /** A request begins. */
  synchronized void earn() {
    tokens = Math.min(MOST, tokens + policy.budgetRatio());
  }

  /** Takes a retry; false where none is left. */
  synchronized boolean spend() {
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** A wait before an attempt, drawn at random up to a bound that doubles with every attempt. */
  long backoffNanos(int attempt) {
    double doubled = Durations.nanos(policy.initialBackoff()) * Math.pow(2, attempt - 2.0);
    long bound = (long) Math.min(Durations.nanos(policy.maxBackoff()), doubled);
    return bound <= 0 ? 0 : ThreadLocalRandom.current().nextLong(bound);
  }
}

package dev.unmask.client;

import java.time.Duration;

/**
 * When a request that failed is sent again: only where {@link UnmaskClientException#isRetrySafe}
 * holds, after a wait drawn at random up to a bound that doubles with every attempt, and within a
 * budget that all requests of a client share, so that a failing server does not get more requests
 * than a healthy one.
 *
 * @param maxAttempts attempts in all, the first included; 1 for no retries
 * @param initialBackoff bound of the wait before the second attempt
 * @param maxBackoff bound of every wait
 * @param budgetRatio retries allowed per request on the average; what is not used is saved up, to
 *     ten retries at the most
 */
public record RetryPolicy(
    int maxAttempts, Duration initialBackoff, Duration maxBackoff, double budgetRatio) {
  /** Three attempts, waits of up to 50 ms and then 100 ms, one retry for five requests. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(2), 0.2);

  /** No retries. */
  public static final RetryPolicy NONE =
      new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1), 0);

  /**
   * Checks the values.
   *
   * @param maxAttempts attempts in all, the first included; 1 for no retries
   * @param initialBackoff bound of the wait before the second attempt
   * @param maxBackoff bound of every wait
   * @param budgetRatio retries allowed per request on the average; what is not used is saved up, to
   *     ten retries at the most
   */
  public RetryPolicy {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("maxAttempts=" + maxAttempts + " is not in >= 1");
    }
    if (initialBackoff.isNegative() || maxBackoff.compareTo(initialBackoff) < 0) {
      throw new IllegalArgumentException(
          "initialBackoff=" + initialBackoff + " is not in [PT0S, maxBackoff=" + maxBackoff + "]");
    }
    if (!(budgetRatio >= 0 && budgetRatio <= 1)) {
      throw new IllegalArgumentException("budgetRatio=" + budgetRatio + " is not in [0.0, 1.0]");
    }
  }
}

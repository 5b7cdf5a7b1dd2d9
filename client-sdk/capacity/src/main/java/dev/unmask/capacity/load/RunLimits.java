package dev.unmask.capacity.load;

import dev.unmask.scheduler.UnmaskException;
import java.time.Duration;

/**
 * How long a run is. Immutable.
 *
 * @param warmUp load before anything counts; goes on up to five times as long until the rate is
 *     steady
 * @param duration of what counts
 * @param requests that count; where it is above 0 the run ends with that many, or after {@link
 *     #maxDuration}
 * @param maxDuration of what counts, where the number of requests decides
 * @param maxOutstanding requests in progress at most; arrivals beyond wait, and their time counts
 * @param drain how long is waited for requests in progress at the end
 */
public record RunLimits(
    Duration warmUp,
    Duration duration,
    int requests,
    Duration maxDuration,
    int maxOutstanding,
    Duration drain) {
  private static final Duration LONGEST = Duration.ofDays(1);

  /** Checks the values. */
  public RunLimits {
    check("--warm-up", warmUp, false);
    check("--duration", duration, true);
    check("--max-duration", maxDuration, true);
    check("--drain", drain, false);
    if (requests < 0) {
      throw UnmaskException.invalid("--requests=" + requests + " is negative");
    }
    if (maxOutstanding < 1) {
      throw UnmaskException.invalid("--max-outstanding=" + maxOutstanding + " is below 1");
    }
  }

  private static void check(String name, Duration value, boolean positive) {
    if (value.isNegative() || (positive && value.isZero()) || value.compareTo(LONGEST) > 0) {
      throw UnmaskException.invalid(
          name
              + "="
              + value.toMillis() / 1e3
              + " is not in "
              + (positive ? "(0" : "[0")
              + ", 86400]");
    }
  }

  /** The longest that what counts may last. */
  Duration longest() {
    return requests > 0 ? maxDuration : duration;
  }

  /** The same with a fifth of the warm-up, for a target that ran a moment ago. */
  public RunLimits shortWarmUp() {
    return new RunLimits(
        warmUp.dividedBy(5), duration, requests, maxDuration, maxOutstanding, drain);
  }
}

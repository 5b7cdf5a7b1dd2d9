package dev.unmask.scheduler;

/**
 * How a request is scheduled among others. None of it changes what the request generates.
 *
 * @param priority 1 is served first, then 2 and so on; 0 for the default, {@value
 *     #DEFAULT_PRIORITY}
 * @param deadlineNanos the time, on the clock of {@link BlockScheduler#plan(long)}, at which the
 *     request fails if it has not ended; {@link Long#MAX_VALUE} for none
 */
public record SubmitOptions(int priority, long deadlineNanos) {
  /** The priority of requests that name none. */
  public static final int DEFAULT_PRIORITY = 100;

  /** Default priority, no deadline. */
  public static final SubmitOptions DEFAULT = new SubmitOptions(0, Long.MAX_VALUE);

  /** Checks the priority. */
  public SubmitOptions {
    if (priority < 0) {
      throw UnmaskException.invalid("priority=" + priority + " is negative");
    }
    priority = priority == 0 ? DEFAULT_PRIORITY : priority;
  }
}

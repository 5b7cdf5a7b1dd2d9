package dev.unmask.capacity.load;

/**
 * What the process that puts the load on used, and whether the figures are its own limits.
 *
 * @param cpuShare of all processors of the machine
 * @param busiestThread share of one processor that its busiest thread used, the model's own left
 *     out
 * @param lateMillis how late requests were sent, 99th percentile, where they have times
 */
public record DriverUsage(double cpuShare, double busiestThread, double lateMillis) {
  private static final double BUSY = 0.8;
  private static final double LATE_MILLIS = 20;

  /** Whether a thread that drives was nearly always busy, or requests were sent late. */
  public boolean bottleneck() {
    return busiestThread > BUSY || lateMillis > LATE_MILLIS;
  }
}

package dev.unmask.capacity.load;

import java.util.List;

/**
 * What a run gave. Immutable.
 *
 * @param load that was put on
 * @param samples requests that count
 * @param fromNanos when counting began
 * @param toNanos when it ended
 * @param steady whether the rate had settled
 * @param unfinished requests in progress at the end that did not count, or never ended
 * @param driver what the driver itself used
 */
public record RunSamples(
    Load load,
    List<Sample> samples,
    long fromNanos,
    long toNanos,
    boolean steady,
    int unfinished,
    DriverUsage driver) {
  /** Makes the list unmodifiable. */
  public RunSamples {
    samples = List.copyOf(samples);
  }

  /** Length of what counts, in seconds. */
  public double seconds() {
    return Math.max(1, toNanos - fromNanos) / 1e9;
  }
}

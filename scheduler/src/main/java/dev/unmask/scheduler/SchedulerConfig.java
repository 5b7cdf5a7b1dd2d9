package dev.unmask.scheduler;

/**
 * Limits of a scheduler.
 *
 * @param maxSequences sequences that hold a cache slot at once; the engine's limit or less
 * @param maxQueryTokens query positions per step; a row that is larger runs alone
 * @param maxWaiting sequences that may wait for a slot
 */
public record SchedulerConfig(int maxSequences, int maxQueryTokens, int maxWaiting) {
  /** Checks the limits. */
  public SchedulerConfig {
    positive("maxSequences", maxSequences);
    positive("maxQueryTokens", maxQueryTokens);
    positive("maxWaiting", maxWaiting);
  }

  /** No limit but the number of cache slots. */
  public static SchedulerConfig ofSequences(int maxSequences) {
    return new SchedulerConfig(maxSequences, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw UnmaskException.invalid(name + "=" + value + " is not positive");
    }
  }
}

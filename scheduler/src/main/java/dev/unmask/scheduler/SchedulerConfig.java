package dev.unmask.scheduler;

/**
 * Limits and policies of a scheduler.
 *
 * @param maxSequences sequences that hold a cache slot at once; the engine's limit or less
 * @param maxQueryTokens query positions per step; a row that is larger runs alone
 * @param maxWaiting sequences that may wait to be admitted for the first time
 * @param kvPositions cache positions of the engine; 0 or {@link Long#MAX_VALUE} for no limit
 * @param watermark share of the cache in [0, 1) that admission leaves free for running sequences to
 *     grow into; a sequence that would run alone may have all of it
 * @param reuseEntries prefixes whose keys and values are kept for later requests at most; 0 for no
 *     reuse. Needs an engine that saves and restores
 * @param lookAhead how many blocks of a D2F sequence are denoised at once
 * @param passCosts what passes cost, for requests with cost-aware look-ahead; null where it is not
 *     known yet
 * @param maxOvertaken later requests that are admitted before a waiting one at most, whatever their
 *     priorities
 */
public record SchedulerConfig(
    int maxSequences,
    int maxQueryTokens,
    int maxWaiting,
    long kvPositions,
    double watermark,
    int reuseEntries,
    LookAhead lookAhead,
    PassCosts passCosts,
    int maxOvertaken) {
  /** Share of the cache that admission leaves free unless another is named. */
  public static final double DEFAULT_WATERMARK = 0.05;

  /** Later requests admitted before a waiting one unless another number is named. */
  public static final int DEFAULT_MAX_OVERTAKEN = 64;

  /** Checks the limits. */
  public SchedulerConfig {
    atLeast(1, "maxSequences", maxSequences);
    atLeast(1, "maxQueryTokens", maxQueryTokens);
    atLeast(1, "maxWaiting", maxWaiting);
    atLeast(0, "kvPositions", kvPositions);
    atLeast(0, "reuseEntries", reuseEntries);
    atLeast(0, "maxOvertaken", maxOvertaken);
    if (!(watermark >= 0 && watermark < 1)) {
      throw UnmaskException.invalid("watermark=" + watermark + " is not in [0, 1)");
    }
    kvPositions = kvPositions == 0 ? Long.MAX_VALUE : kvPositions;
  }

  /** No limit but the number of cache slots; no reuse, fixed look-ahead. */
  public static SchedulerConfig ofSequences(int maxSequences) {
    return builder(maxSequences).build();
  }

  /** Starts from {@link #ofSequences}. */
  public static Builder builder(int maxSequences) {
    return new Builder(maxSequences);
  }

  private static void atLeast(long least, String name, long value) {
    if (value < least) {
      throw UnmaskException.invalid(
          name + "=" + value + (least == 0 ? " is negative" : " is not positive"));
    }
  }

  /** Names what differs from {@link #ofSequences}; see the components for what each means. */
  public static final class Builder {
    private final int maxSequences;
    private int maxQueryTokens = Integer.MAX_VALUE;
    private int maxWaiting = Integer.MAX_VALUE;
    private long kvPositions = Long.MAX_VALUE;
    private double watermark = DEFAULT_WATERMARK;
    private int reuseEntries;
    private LookAhead lookAhead = LookAhead.fixed();
    private PassCosts passCosts;
    private int maxOvertaken = DEFAULT_MAX_OVERTAKEN;

    private Builder(int maxSequences) {
      this.maxSequences = maxSequences;
    }

    /** Sets the query positions per step. */
    public Builder maxQueryTokens(int value) {
      maxQueryTokens = value;
      return this;
    }

    /** Sets how many sequences may wait. */
    public Builder maxWaiting(int value) {
      maxWaiting = value;
      return this;
    }

    /** Sets the cache positions of the engine. */
    public Builder kvPositions(long value) {
      kvPositions = value;
      return this;
    }

    /** Sets the share of the cache that admission leaves free. */
    public Builder watermark(double value) {
      watermark = value;
      return this;
    }

    /** Sets how many prefixes are kept. */
    public Builder reuseEntries(int value) {
      reuseEntries = value;
      return this;
    }

    /** Sets how many blocks of a D2F sequence are denoised at once. */
    public Builder lookAhead(LookAhead value) {
      lookAhead = value;
      return this;
    }

    /** Sets what passes cost; null where it is not known yet. */
    public Builder passCosts(PassCosts value) {
      passCosts = value;
      return this;
    }

    /** Sets how many later requests may overtake a waiting one. */
    public Builder maxOvertaken(int value) {
      maxOvertaken = value;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws UnmaskException INVALID_ARGUMENT naming the value that is out of range
     */
    public SchedulerConfig build() {
      return new SchedulerConfig(
          maxSequences,
          maxQueryTokens,
          maxWaiting,
          kvPositions,
          watermark,
          reuseEntries,
          lookAhead,
          passCosts,
          maxOvertaken);
    }
  }
}

package dev.unmask.scheduler;

/**
 * How many blocks of a D2F sequence are denoised at once. A block sees its predecessors as they
 * are, so how early it is opened changes its tokens; this is therefore a setting of a model and not
 * a decision of the scheduler. No other algorithm looks ahead.
 *
 * @param queryTokens 0 for the blocks that requests ask for, whatever the load; else query
 *     positions of a step that are divided among the running sequences
 */
public record LookAhead(int queryTokens) {
  private static final LookAhead FIXED = new LookAhead(0);

  /** Checks the target. */
  public LookAhead {
    if (queryTokens < 0) {
      throw UnmaskException.invalid("lookAhead queryTokens=" + queryTokens + " is negative");
    }
  }

  /** As requested by {@code max_active_blocks}: no request's tokens depend on the load. */
  public static LookAhead fixed() {
    return FIXED;
  }

  /**
   * Many blocks when few sequences run, few when many do, one at least. The tokens of D2F requests
   * depend on the load.
   *
   * @param queryTokens positive; query positions of a step over all sequences
   * @throws UnmaskException INVALID_ARGUMENT where it is not
   */
  public static LookAhead adaptive(int queryTokens) {
    if (queryTokens < 1) {
      throw UnmaskException.invalid("lookAhead queryTokens=" + queryTokens + " is not positive");
    }
    return new LookAhead(queryTokens);
  }

  /** Whether the load decides. */
  public boolean adapts() {
    return queryTokens > 0;
  }
}

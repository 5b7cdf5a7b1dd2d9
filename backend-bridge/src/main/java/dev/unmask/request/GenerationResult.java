package dev.unmask.request;

import dev.unmask.scheduler.FinishReason;

/**
 * How a generation ended well.
 *
 * @param finishReason STOP or LENGTH
 * @param text the whole answer, deltas included
 * @param tokenIds the whole answer's tokens
 * @param cumulativeLogprob sum over the answer's tokens; NaN where none were asked for
 * @param promptTokens tokens of the prompt
 * @param reusedTokens of these, how many were found in the cache
 * @param forwardPasses passes it took part in
 * @param queryTokens query positions computed for it
 * @param timing when what happened
 */
public record GenerationResult(
    FinishReason finishReason,
    String text,
    int[] tokenIds,
    double cumulativeLogprob,
    int promptTokens,
    int reusedTokens,
    int forwardPasses,
    long queryTokens,
    Timing timing) {

  /**
   * Times in nanoseconds since 1970.
   *
   * @param arrivalNanos received
   * @param firstScheduledNanos first step
   * @param firstTokenNanos first committed tokens
   * @param lastTokenNanos last committed tokens
   */
  public record Timing(
      long arrivalNanos, long firstScheduledNanos, long firstTokenNanos, long lastTokenNanos) {}
}

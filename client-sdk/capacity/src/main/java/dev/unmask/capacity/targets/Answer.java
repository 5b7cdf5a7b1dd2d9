package dev.unmask.capacity.targets;

/**
 * A complete answer, and what the target says of it. {@link #UNKNOWN} where it does not say.
 *
 * @param text the whole answer
 * @param promptTokens tokens of the prompt
 * @param outputTokens tokens of the answer
 * @param finishReason such as {@code stop}; empty where it is not said
 * @param forwardPasses passes of the model that the request took part in
 * @param queryTokens positions that were computed for it
 * @param reusedTokens tokens of the prompt that were found in a cache
 * @param queueNanos from arrival at the server to the first pass
 */
public record Answer(
    String text,
    long promptTokens,
    long outputTokens,
    String finishReason,
    long forwardPasses,
    long queryTokens,
    long reusedTokens,
    long queueNanos) {
  /** What the target does not say. */
  public static final long UNKNOWN = -1;

  /** An answer of a target that tells how many tokens it had, and nothing of its decoding. */
  public static Answer ofTokens(
      String text, long promptTokens, long outputTokens, String finishReason) {
    return new Answer(
        text, promptTokens, outputTokens, finishReason, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
  }
}

package dev.unmask.scheduler.parameters;

import java.util.Arrays;

/**
 * Everything a request asks of the scheduler beside its tokens.
 *
 * @param decoding algorithm and its parameters
 * @param sampling how tokens are drawn
 * @param penalties on tokens that occurred already
 * @param maxTokens most response tokens of the answer
 * @param minTokens response positions at which no end token is committed
 * @param stopTokenIds tokens that end the response; the model's unless the request named others
 * @param badWords sequences of one or more tokens that the response never has; not to be modified
 * @param logprobs alternatives recorded with the log-probability of every committed token; {@link
 *     #NO_LOGPROBS} records nothing
 * @param trimAfterEos whether work behind the first committed end token is dropped
 * @param shiftLogits whether position i is predicted by the logits of position i - 1
 */
public record GenerationParameters(
    DecodingParameters decoding,
    SamplingParameters sampling,
    Penalties penalties,
    int maxTokens,
    int minTokens,
    int[] stopTokenIds,
    int[][] badWords,
    int logprobs,
    boolean trimAfterEos,
    boolean shiftLogits) {
  /** Value of {@link #logprobs} where no log-probabilities are wanted. */
  public static final int NO_LOGPROBS = -1;

  /** Whether a token ends the response. */
  public boolean isStop(int tokenId) {
    for (int stop : stopTokenIds) {
      if (stop == tokenId) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GenerationParameters that
        && decoding.equals(that.decoding)
        && sampling.equals(that.sampling)
        && penalties.equals(that.penalties)
        && maxTokens == that.maxTokens
        && minTokens == that.minTokens
        && Arrays.equals(stopTokenIds, that.stopTokenIds)
        && Arrays.deepEquals(badWords, that.badWords)
        && logprobs == that.logprobs
        && trimAfterEos == that.trimAfterEos
        && shiftLogits == that.shiftLogits;
  }

  @Override
  public int hashCode() {
    return decoding.hashCode() * 31 + Arrays.hashCode(stopTokenIds);
  }
}

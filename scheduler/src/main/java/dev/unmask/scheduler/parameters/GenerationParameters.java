package dev.unmask.scheduler.parameters;

import java.util.Arrays;

/**
 * Everything a request asks of the scheduler beside its tokens.
 *
 * @param decoding algorithm and its parameters
 * @param sampling how tokens are drawn
 * @param maxTokens most response tokens of the answer
 * @param minTokens response positions at which no end token is committed
 * @param stopTokenIds tokens that end the response; the model's unless the request named others
 * @param trimAfterEos whether work behind the first committed end token is dropped
 * @param shiftLogits whether position i is predicted by the logits of position i - 1
 */
public record GenerationParameters(
    DecodingParameters decoding,
    SamplingParameters sampling,
    int maxTokens,
    int minTokens,
    int[] stopTokenIds,
    boolean trimAfterEos,
    boolean shiftLogits) {

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
        && maxTokens == that.maxTokens
        && minTokens == that.minTokens
        && Arrays.equals(stopTokenIds, that.stopTokenIds)
        && trimAfterEos == that.trimAfterEos
        && shiftLogits == that.shiftLogits;
  }

  @Override
  public int hashCode() {
    return decoding.hashCode() * 31 + Arrays.hashCode(stopTokenIds);
  }
}

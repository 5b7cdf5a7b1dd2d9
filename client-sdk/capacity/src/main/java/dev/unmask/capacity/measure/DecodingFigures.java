package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.Sample;
import dev.unmask.capacity.targets.Answer;
import java.util.List;
import java.util.Optional;

/**
 * What decoding took, means per answer, as the responses say.
 *
 * @param forwardPasses passes of the model that an answer took part in
 * @param tokensPerPass tokens of all answers by the passes of all
 * @param queryTokens positions that were computed
 * @param wastedPositions share of the computed positions that are neither a token of the prompt
 *     that was not in the cache nor one of the answer: computed again, or thrown away
 * @param reusedTokens tokens of the prompt that were in the cache
 */
public record DecodingFigures(
    double forwardPasses,
    double tokensPerPass,
    double queryTokens,
    double wastedPositions,
    double reusedTokens) {

  static Optional<DecodingFigures> of(List<Sample> answered) {
    double passes = 0;
    double query = 0;
    double reused = 0;
    double useful = 0;
    double tokens = 0;
    int count = 0;
    for (Sample sample : answered) {
      Answer answer = sample.answer();
      if (answer.forwardPasses() > 0 && answer.queryTokens() > 0 && answer.outputTokens() >= 0) {
        count++;
        passes += answer.forwardPasses();
        query += answer.queryTokens();
        reused += Math.max(0, answer.reusedTokens());
        tokens += answer.outputTokens();
        useful +=
            answer.outputTokens()
                + Math.max(0, answer.promptTokens() - Math.max(0, answer.reusedTokens()));
      }
    }
    if (count == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new DecodingFigures(
            passes / count,
            tokens / passes,
            query / count,
            Math.max(0, 1 - useful / query),
            reused / count));
  }
}

package dev.unmask.request;

import dev.unmask.bridge.text.ResponseText;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.SequenceView;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the answer of one sequence while its tokens are committed, as deltas that add up to the
 * answer and are never revised. A token that may yet belong to a stop word only is held back with
 * its text. Decode thread.
 */
final class AnswerReader {
  private final ResponseText response;
  private final LogprobReader logprobs;
  private final StringBuilder text = new StringBuilder();
  private int takenTokens;

  /**
   * @param stopWords texts that end the answer
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT where a stop word is empty
   */
  AnswerReader(TextTokenizer tokenizer, List<String> stopWords) {
    response = new ResponseText(tokenizer, stopWords);
    logprobs = new LogprobReader(tokenizer);
  }

  /** Reads the tokens that joined the answer. */
  void onCommitted(SequenceView sequence) {
    text.append(response.onCommitted(sequence));
  }

  /** Reads what is left of an ended sequence. */
  void onFinished(SequenceView sequence) {
    text.append(response.onFinished(sequence));
  }

  /** Whether a stop word was found: the answer is complete. */
  boolean stopped() {
    return response.stopped();
  }

  /** Whether there is anything for a delta. */
  boolean hasDelta() {
    return text.length() > 0 || response.certainTokens() > takenTokens;
  }

  /** What became certain since the last call. */
  GenerationDelta takeDelta(SequenceView sequence) {
    int from = takenTokens;
    takenTokens = response.certainTokens();
    int[] ids = new int[takenTokens - from];
    List<TokenLogprob> read = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      int position = sequence.responseStart() + from + i;
      ids[i] = sequence.tokenId(position);
      if (hasLogprobs(sequence)) {
        read.add(logprobs.read(sequence, position));
      }
    }
    GenerationDelta delta = new GenerationDelta(text.toString(), ids, read);
    text.setLength(0);
    return delta;
  }

  /** Tokens known to belong to the answer. */
  int tokens() {
    return response.certainTokens();
  }

  /** The whole text so far. */
  String text() {
    return response.text();
  }

  /** The answer's tokens. */
  int[] ids(SequenceView sequence) {
    return response.answerIds(sequence);
  }

  /** Sum of the log-probabilities of the answer's tokens; NaN where none were asked for. */
  double cumulativeLogprob(SequenceView sequence) {
    double sum = hasLogprobs(sequence) ? 0 : Double.NaN;
    for (int i = 0; i < tokens(); i++) {
      sum += sequence.logprob(sequence.responseStart() + i);
    }
    return sum;
  }

  private static boolean hasLogprobs(SequenceView sequence) {
    return sequence.parameters().logprobs() >= 0;
  }
}

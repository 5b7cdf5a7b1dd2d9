package dev.unmask.request;

import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.SequenceView;
import java.util.ArrayList;
import java.util.List;

/** Reads the log-probabilities that a sequence recorded. Thread-safe. */
final class LogprobReader {
  private final TextTokenizer tokenizer;

  LogprobReader(TextTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Those of the token at a committed position. */
  TokenLogprob read(SequenceView sequence, int position) {
    List<TokenLogprob> alternatives = new ArrayList<>(sequence.alternatives());
    for (int i = 0; i < sequence.alternatives(); i++) {
      alternatives.add(
          token(
              sequence.alternativeId(position, i),
              sequence.alternativeLogprob(position, i),
              i + 1,
              List.of()));
    }
    return token(
        sequence.tokenId(position),
        sequence.logprob(position),
        sequence.rank(position),
        alternatives);
  }

  private TokenLogprob token(int id, double logprob, int rank, List<TokenLogprob> alternatives) {
    return new TokenLogprob(
        id, tokenizer.tokenText(id), tokenizer.tokenBytes(id), logprob, rank, alternatives);
  }
}

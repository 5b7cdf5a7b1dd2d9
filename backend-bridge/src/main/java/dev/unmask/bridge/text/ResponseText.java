package dev.unmask.bridge.text;

import dev.unmask.scheduler.SequenceView;
import java.util.Arrays;
import java.util.List;

/**
 * The text of one response while its tokens are committed: detokenized in order, append-only, cut
 * at the first stop word. Fed from the listener of the sequence, on the decode thread.
 */
public final class ResponseText {
  private final IncrementalDetokenizer detokenizer;
  private final StopWords stopWords;
  private final StringBuilder text = new StringBuilder();
  private int consumed;

  /**
   * @param tokenizer borrowed for the call
   * @param stop stop words, may be empty
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT where a stop word is empty
   */
  public ResponseText(TextTokenizer tokenizer, List<String> stop) {
    detokenizer = tokenizer.newDetokenizer();
    stopWords = new StopWords(stop);
  }

  /**
   * Takes the tokens that joined the answer since the last call.
   *
   * @return the text that became final with them
   */
  public String onCommitted(SequenceView sequence) {
    int start = text.length();
    int count = sequence.answerEnd() - sequence.responseStart();
    while (consumed < count && !stopWords.stopped()) {
      int token = sequence.tokenId(sequence.responseStart() + consumed);
      consumed++;
      text.append(stopWords.append(detokenizer.append(token)));
    }
    return text.substring(start);
  }

  /**
   * Takes what is left of an ended sequence.
   *
   * @return the text that became final
   */
  public String onFinished(SequenceView sequence) {
    int start = text.length();
    onCommitted(sequence);
    text.append(stopWords.finish(detokenizer.finish()));
    return text.substring(start);
  }

  /** Whether a stop word was found: the response needs no more tokens. */
  public boolean stopped() {
    return stopWords.stopped();
  }

  /** All text so far. */
  public String text() {
    return text.toString();
  }

  /**
   * Number of response tokens that belong to the answer whatever comes next. Never decreases; once
   * the sequence has ended, the number of {@link #answerIds}.
   */
  public int certainTokens() {
    return stopWords.certainTokens();
  }

  /** Tokens of the answer, without those that only a stop word needed. */
  public int[] answerIds(SequenceView sequence) {
    int[] ids = sequence.answerIds();
    return stopWords.stopped() ? Arrays.copyOf(ids, stopWords.coveredTokens()) : ids;
  }
}

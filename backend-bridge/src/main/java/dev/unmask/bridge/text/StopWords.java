package dev.unmask.bridge.text;

import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the first stop word in the text of one response while it arrives. Text that may be the
 * beginning of a stop word is held back; the text that is let through ends exactly before the stop
 * word. Where several stop words occur, the one that begins first counts; of those that begin at
 * one place all give the same cut. Not thread-safe.
 */
public final class StopWords {
  private final List<String> words;
  private final StringBuilder held = new StringBuilder();
  private int releasedLength;
  private int[] lengthAfterToken = new int[64];
  private int tokens;
  private int covered;
  private boolean stopped;
  private boolean finished;

  /**
   * @param words may be empty
   * @throws UnmaskException INVALID_ARGUMENT where one is empty
   */
  public StopWords(List<String> words) {
    for (String word : words) {
      if (word.isEmpty()) {
        throw UnmaskException.invalid("stop=\"\" is empty");
      }
    }
    this.words = List.copyOf(words);
  }

  /**
   * Appends the text that the next token added, which may be none.
   *
   * @return the text that is let through; nothing more once {@link #stopped}
   */
  public String append(String text) {
    if (stopped) {
      return "";
    }
    held.append(text);
    if (tokens == lengthAfterToken.length) {
      lengthAfterToken = Arrays.copyOf(lengthAfterToken, 2 * tokens);
    }
    lengthAfterToken[tokens++] = releasedLength + held.length();
    int cut = firstCertainStop();
    if (cut >= 0) {
      return stopAt(cut);
    }
    return release(firstPossibleStop());
  }

  /**
   * Ends the response.
   *
   * @param rest text that came after the last token, such as a detokenizer still held
   * @return what was held back
   */
  public String finish(String rest) {
    if (stopped) {
      return "";
    }
    finished = true;
    held.append(rest);
    int cut = firstStop();
    return cut >= 0 ? stopAt(cut) : release(held.length());
  }

  /** Whether a stop word was found. */
  public boolean stopped() {
    return stopped;
  }

  /**
   * How many tokens it takes to cover the text let through: the last of them may reach into a stop
   * word. Never decreases.
   */
  public int coveredTokens() {
    while (covered < tokens
        && (covered == 0 ? 0 : lengthAfterToken[covered - 1]) < releasedLength) {
      covered++;
    }
    return covered;
  }

  /**
   * Tokens that belong to the answer whatever comes next: those that cover the text let through;
   * all of them where no stop word can come any more.
   */
  public int certainTokens() {
    return !stopped && (finished || words.isEmpty()) ? tokens : coveredTokens();
  }

  /** Number of tokens appended until the stop word was complete. */
  public int consumedTokens() {
    return tokens;
  }

  private String stopAt(int cut) {
    stopped = true;
    String text = release(cut);
    held.setLength(0);
    return text;
  }

  private String release(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    releasedLength += length;
    return text;
  }

  /**
   * Where the earliest stop word begins, or -1. A longer one that begins still earlier may be
   * incomplete; then the answer waits.
   */
  private int firstCertainStop() {
    int cut = firstStop();
    return cut >= 0 && firstPossibleStop() < cut ? -1 : cut;
  }

  private int firstStop() {
    int first = -1;
    for (String word : words) {
      int index = held.indexOf(word);
      if (index >= 0 && (first < 0 || index < first)) {
        first = index;
      }
    }
    return first;
  }

  /** Where the earliest beginning of a stop word stands that the end of the text cuts off. */
  private int firstPossibleStop() {
    for (int i = 0; i < held.length(); i++) {
      for (String word : words) {
        int length = held.length() - i;
        if (length < word.length() && held.indexOf(word.substring(0, length), i) == i) {
          return i;
        }
      }
    }
    return held.length();
  }
}

package dev.unmask.bridge.text;

import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the first stop word in the text of one response while it arrives. Text that may be the
 * beginning of a stop word is held back; the text that is let through ends exactly before the stop
 * word. Where several stop words occur, the one that begins first counts; of those that begin at
 * one place all give the same cut. The cost of a character does not depend on the number of words
 * nor on their length. Not thread-safe.
 */
public final class StopWords {
  private final WordAutomaton words;
  private final StringBuilder held = new StringBuilder();
  private int state = WordAutomaton.START;

  /** Where in {@link #held} the earliest complete stop word begins; -1 for none. */
  private int cut = -1;

  private int releasedLength;
  private int[] lengthAfterToken = new int[64];
  private int tokens;
  private int covered;
  private boolean stopped;
  private boolean finished;

  /**
   * @param words may be empty
   * @throws UnmaskException INVALID_ARGUMENT where one is empty, or they are more or longer than
   *     {@link WordAutomaton} takes
   */
  public StopWords(List<String> words) {
    this.words = new WordAutomaton("stop", words);
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
    scan(text);
    if (tokens == lengthAfterToken.length) {
      lengthAfterToken = Arrays.copyOf(lengthAfterToken, 2 * tokens);
    }
    lengthAfterToken[tokens++] = releasedLength + held.length();
    int open = held.length() - words.depth(state);
    if (cut >= 0 && cut <= open) {
      return stopAt(cut);
    }
    // A longer word that begins before the cut may be incomplete; then the answer waits.
    return release(open);
  }

  private void scan(String text) {
    for (int i = 0; i < text.length(); i++) {
      state = words.next(state, text.charAt(i));
      held.append(text.charAt(i));
      int length = words.longestWord(state);
      if (length > 0 && (cut < 0 || held.length() - length < cut)) {
        cut = held.length() - length;
      }
    }
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
    scan(rest);
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

  private String stopAt(int end) {
    stopped = true;
    String text = release(end);
    held.setLength(0);
    return text;
  }

  private String release(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    releasedLength += length;
    cut -= cut < 0 ? 0 : length;
    return text;
  }
}

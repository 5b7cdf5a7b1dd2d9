package dev.unmask.scheduler.unmask;

import dev.unmask.scheduler.SequenceView;
import java.util.Arrays;

/**
 * Sequences of one or more tokens that a response never has at consecutive positions. A token is
 * forbidden at a position where it would complete a word with the tokens committed on either side;
 * masked neighbours complete nothing. A prompt is no part of the response; the given tokens of an
 * infill are. One per sequence; single-threaded.
 */
public final class BadWords {
  private final int[][] words;
  private final SequenceView sequence;

  /** Every token of every word, ascending, above its index among all tokens of the words. */
  private final long[] sorted;

  private final int[] wordOf;
  private final int[] offsetOf;

  /**
   * @param words of one token or more each, not to be modified
   * @param sequence whose tokens are looked at whenever a token is asked about
   */
  public BadWords(int[][] words, SequenceView sequence) {
    this.words = words;
    this.sequence = sequence;
    int count = Arrays.stream(words).mapToInt(word -> word.length).sum();
    sorted = new long[count];
    wordOf = new int[count];
    offsetOf = new int[count];
    int index = 0;
    for (int word = 0; word < words.length; word++) {
      for (int offset = 0; offset < words[word].length; offset++) {
        sorted[index] = (long) words[word][offset] << Integer.SIZE | index;
        wordOf[index] = word;
        offsetOf[index++] = offset;
      }
    }
    Arrays.sort(sorted);
  }

  /** Whether a token would complete a word at a masked position. */
  public boolean forbids(int token, int position) {
    int found = Arrays.binarySearch(sorted, (long) token << Integer.SIZE);
    for (int i = found < 0 ? -found - 1 : found; i < sorted.length; i++) {
      if (sorted[i] >> Integer.SIZE != token) {
        return false;
      }
      int index = (int) sorted[i];
      if (completes(words[wordOf[index]], position - offsetOf[index], position)) {
        return true;
      }
    }
    return false;
  }

  private boolean completes(int[] word, int start, int position) {
    if (start < (sequence.isInfill() ? 0 : sequence.responseStart())) {
      return false;
    }
    for (int k = 0; k < word.length; k++) {
      int other = start + k;
      if (other != position
          && (other >= sequence.length()
              || sequence.isMasked(other)
              || sequence.tokenId(other) != word[k])) {
        return false;
      }
    }
    return true;
  }
}

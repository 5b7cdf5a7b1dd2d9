package dev.unmask.scheduler.unmask;

import java.util.Arrays;

/** How often tokens occurred: an open-addressing table without boxing. Single-threaded. */
final class TokenCounts {
  private static final int EMPTY = -1;

  private int[] tokens = new int[64];
  private int[] counts = new int[64];
  private int used;

  TokenCounts() {
    Arrays.fill(tokens, EMPTY);
  }

  /** Adds to the count of a token. */
  void add(int token, int difference) {
    int at = slot(token);
    if (tokens[at] == EMPTY) {
      tokens[at] = token;
      used++;
    }
    counts[at] += difference;
    if (2 * used > tokens.length) {
      grow();
    }
  }

  /** The count of a token, 0 where it was never added. */
  int count(int token) {
    return counts[slot(token)];
  }

  private int slot(int token) {
    int mask = tokens.length - 1;
    int at = (token * 0x9E3779B9) >>> 7 & mask;
    while (tokens[at] != token && tokens[at] != EMPTY) {
      at = at + 1 & mask;
    }
    return at;
  }

  private void grow() {
    int[] oldTokens = tokens;
    int[] oldCounts = counts;
    tokens = new int[2 * oldTokens.length];
    counts = new int[2 * oldTokens.length];
    Arrays.fill(tokens, EMPTY);
    for (int i = 0; i < oldTokens.length; i++) {
      if (oldTokens[i] != EMPTY) {
        int at = slot(oldTokens[i]);
        tokens[at] = oldTokens[i];
        counts[at] = oldCounts[i];
      }
    }
  }
}

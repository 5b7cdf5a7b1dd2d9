package dev.unmask.scheduler.unmask;

import java.util.Arrays;

/**
 * The tokens of a sequence as they stood before the current pass. What a pass commits counts from
 * the next pass on, so that all decisions of a pass rest on the same history. Single-owner.
 */
public final class TokenHistory {
  private final TokenCounts prompt = new TokenCounts();
  private final TokenCounts generated = new TokenCounts();
  private int[] pendingTokens = new int[16];
  private int[] pendingDifferences = new int[16];
  private int pending;

  /** Counts a given token. */
  public void addPrompt(int token) {
    prompt.add(token, 1);
  }

  /** Counts a committed token from the next pass on. */
  public void commit(int token) {
    defer(token, 1);
  }

  /** No longer counts a committed token, from the next pass on. */
  public void retract(int token) {
    defer(token, -1);
  }

  private void defer(int token, int difference) {
    if (pending == pendingTokens.length) {
      pendingTokens = Arrays.copyOf(pendingTokens, 2 * pending);
      pendingDifferences = Arrays.copyOf(pendingDifferences, 2 * pending);
    }
    pendingTokens[pending] = token;
    pendingDifferences[pending++] = difference;
  }

  /** Begins a pass: what was committed or retracted before counts now. */
  public void beginPass() {
    for (int i = 0; i < pending; i++) {
      generated.add(pendingTokens[i], pendingDifferences[i]);
    }
    pending = 0;
  }

  /** Whether a token was given. */
  public boolean inPrompt(int token) {
    return prompt.count(token) > 0;
  }

  /** How often a token was generated before this pass. */
  public int generated(int token) {
    return generated.count(token);
  }
}

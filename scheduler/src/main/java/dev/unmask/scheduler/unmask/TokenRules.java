package dev.unmask.scheduler.unmask;

import dev.unmask.scheduler.parameters.Penalties;

/**
 * What a request's rules make of a token's logit at a position: minus infinity where the token is
 * suppressed or would complete a bad word, else the logit as the penalties leave it. One per
 * sequence; single-threaded.
 */
public final class TokenRules {
  /** No rules but the suppression of tokens by their position. */
  public static final TokenRules NONE = new TokenRules(Penalties.NONE, null, null, -1);

  private final Penalties penalties;
  private final TokenHistory history;
  private final boolean penalised;
  private final BadWords badWords;
  private final int maskTokenId;

  /**
   * @param penalties on tokens of the history
   * @param history of the sequence; may be null where the penalties are neutral
   * @param badWords of the sequence; null for none
   * @param maskTokenId never a last resort; -1 for none
   */
  public TokenRules(Penalties penalties, TokenHistory history, BadWords badWords, int maskTokenId) {
    this.penalties = penalties;
    this.history = history;
    this.penalised = !penalties.neutral();
    this.badWords = badWords;
    this.maskTokenId = maskTokenId;
  }

  /** Whether every logit stays as it is, unless its token is suppressed. */
  boolean neutral() {
    return !penalised && badWords == null;
  }

  /**
   * The logit that counts for a token.
   *
   * @param token the token
   * @param position where
   * @param logit as the model gave it
   * @param suppressed tokens not to be chosen at this position
   */
  double adjust(int token, int position, double logit, int[] suppressed) {
    if (forbids(token, position, suppressed)) {
      return Double.NEGATIVE_INFINITY;
    }
    return penalised
        ? penalties.apply(logit, history.inPrompt(token), history.generated(token))
        : logit;
  }

  /** Whether a token may be taken where no candidate may. */
  boolean lastResort(int token, int position, int[] suppressed) {
    return token != maskTokenId && !forbids(token, position, suppressed);
  }

  private boolean forbids(int token, int position, int[] suppressed) {
    for (int id : suppressed) {
      if (id == token) {
        return true;
      }
    }
    return badWords != null && badWords.forbids(token, position);
  }
}

package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.GenerationParameters;

/**
 * What can be seen of a sequence. Positions count from the start of the prompt. Read it on the
 * decode thread, or anywhere once the sequence has ended.
 */
public interface SequenceView {
  /** Identifier within its scheduler. */
  long id();

  /** The request's parameters. */
  GenerationParameters parameters();

  /** Number of prompt tokens; in an infill, the tokens that were given. */
  int promptTokens();

  /** Position of the first response token. */
  int responseStart();

  /** Positions in use: the prompt and every response position opened so far. */
  int length();

  /** Token at a position; the mask token where {@link #isMasked}. */
  int tokenId(int position);

  /** Whether a position waits for its token. The literal mask token in a prompt is not masked. */
  boolean isMasked(int position);

  /** Forward pass that committed a position, from 1; 0 for given or masked positions. */
  int committedInPass(int position);

  /** One past the last position such that it and all before it have their final token. */
  int committedEnd();

  /**
   * One past the last token that belongs to the answer so far: {@link #committedEnd} cut before the
   * first end token and at max_tokens.
   */
  int answerEnd();

  /** Whether an end token was committed and everything before it is final. */
  boolean stopped();

  /** Response tokens of the answer so far. */
  int[] answerIds();

  /** Every response position opened so far, masks included. */
  int[] responseIds();

  /** Whether masked spans within the request are filled, rather than a response appended. */
  boolean isInfill();

  /** Why it ended; null while it runs. */
  FinishReason finishReason();

  /** What the engine failed with, or the deadline; null unless {@link FinishReason#ERROR}. */
  UnmaskException error();

  /** Forward passes it took part in, but for those that only restored a lost cache. */
  int forwardPasses();

  /** Query positions computed for it over all passes. */
  long queryTokens();

  /** Tokens committed so far, in the answer or not. */
  int committedTokens();

  /** Times it lost its slot to others and was recomputed. */
  default int preemptions() {
    return 0;
  }

  /** Prompt tokens whose keys and values came from an earlier request and were not computed. */
  default int reusedTokens() {
    return 0;
  }

  /**
   * Natural logarithm of the plain softmax probability of the token at a position, in the pass that
   * committed it: before suppression, bad words, penalties, temperature, top_k and top_p. NaN where
   * log-probabilities were not asked for or the position was not committed. For a token that is
   * neither a candidate nor a special token it is that of the least likely candidate, which the
   * token does not exceed.
   */
  double logprob(int position);

  /**
   * Rank of the committed token among all tokens of the vocabulary, from 1; 0 where it is not known
   * because the token was none of the engine's candidates, was not committed, or was not recorded.
   */
  int rank(int position);

  /**
   * Alternatives recorded per committed position: what the request asked for, at most the engine's
   * candidates; 0 before the first commit.
   */
  int alternatives();

  /**
   * Token of the i-th most probable alternative at a committed position, from 0; the committed
   * token is one of them where its rank is within {@link #alternatives}.
   *
   * @throws IndexOutOfBoundsException where none was recorded
   */
  int alternativeId(int position, int i);

  /**
   * Log-probability, as {@link #logprob}, of the i-th most probable alternative at a committed
   * position.
   *
   * @throws IndexOutOfBoundsException where none was recorded
   */
  double alternativeLogprob(int position, int i);
}

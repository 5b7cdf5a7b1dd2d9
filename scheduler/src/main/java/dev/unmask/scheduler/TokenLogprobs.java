package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.GenerationParameters;
import java.util.Arrays;
import java.util.Objects;

/**
 * Log-probabilities of the committed tokens of one sequence, by position. They are those of the
 * plain softmax of the pass that committed the token: logit less log-sum-exp, before suppression,
 * bad words, penalties, temperature, top_k and top_p. Under classifier-free guidance the logits are
 * the guided ones. Mutable, owned by its sequence.
 */
final class TokenLogprobs {
  private static final int[] NO_IDS = {};
  private static final double[] NONE = {};

  private final int wanted;
  private final int firstPosition;
  private int alternatives;

  /** NaN where nothing is recorded. */
  private double[] logprobs = NONE;

  private int[] ranks = NO_IDS;
  private int[] alternativeIds = NO_IDS;
  private double[] alternativeLogprobs = NONE;

  /**
   * @param wanted alternatives per position, of which an engine with fewer candidates gives as
   *     many; {@link GenerationParameters#NO_LOGPROBS} records nothing
   * @param firstPosition nothing is recorded before it
   */
  TokenLogprobs(int wanted, int firstPosition) {
    this.wanted = wanted;
    this.firstPosition = firstPosition;
  }

  /**
   * Records the token committed at a position.
   *
   * @param o the output that predicted the position
   * @param end one past the last position to make room for
   */
  void record(int position, int token, StepOutputs outputs, int o, int end) {
    if (wanted == GenerationParameters.NO_LOGPROBS) {
      return;
    }
    reserve(end - firstPosition, outputs.candidateCount());
    int index = position - firstPosition;
    int rank = rank(token, outputs, o);
    double logit =
        rank > 0 ? outputs.candidateLogit(o, rank - 1) : outsiderLogit(token, outputs, o);
    ranks[index] = rank;
    logprobs[index] = logit - outputs.logSumExp(o);
    for (int i = 0; i < alternatives; i++) {
      alternativeIds[index * alternatives + i] = outputs.candidateId(o, i);
      alternativeLogprobs[index * alternatives + i] =
          outputs.candidateLogit(o, i) - outputs.logSumExp(o);
    }
  }

  private void reserve(int capacity, int candidates) {
    int before = logprobs.length;
    if (before < capacity) {
      alternatives = Math.min(wanted, candidates);
      logprobs = Arrays.copyOf(logprobs, capacity);
      Arrays.fill(logprobs, before, capacity, Double.NaN);
      ranks = Arrays.copyOf(ranks, capacity);
      alternativeIds = Arrays.copyOf(alternativeIds, capacity * alternatives);
      alternativeLogprobs = Arrays.copyOf(alternativeLogprobs, capacity * alternatives);
    }
  }

  private static int rank(int token, StepOutputs outputs, int o) {
    for (int c = 0; c < outputs.candidateCount(); c++) {
      if (outputs.candidateId(o, c) == token) {
        return c + 1;
      }
    }
    return 0;
  }

  /**
   * The logit of a token that is no candidate: a special token's, or no more than a candidate's.
   */
  private static double outsiderLogit(int token, StepOutputs outputs, int o) {
    for (int s = 0; s < outputs.specialCount(); s++) {
      if (outputs.specialTokenId(s) == token) {
        return outputs.specialLogit(o, s);
      }
    }
    return outputs.candidateLogit(o, outputs.candidateCount() - 1);
  }

  private boolean recorded(int position) {
    int index = position - firstPosition;
    return index >= 0 && index < logprobs.length && !Double.isNaN(logprobs[index]);
  }

  /** See {@link SequenceView#logprob}. */
  double logprob(int position) {
    return recorded(position) ? logprobs[position - firstPosition] : Double.NaN;
  }

  /** See {@link SequenceView#rank}. */
  int rank(int position) {
    return recorded(position) ? ranks[position - firstPosition] : 0;
  }

  /** See {@link SequenceView#alternatives}. */
  int alternatives() {
    return alternatives;
  }

  /** See {@link SequenceView#alternativeId}. */
  int alternativeId(int position, int i) {
    return alternativeIds[alternative(position, i)];
  }

  /** See {@link SequenceView#alternativeLogprob}. */
  double alternativeLogprob(int position, int i) {
    return alternativeLogprobs[alternative(position, i)];
  }

  private int alternative(int position, int i) {
    Objects.checkIndex(i, recorded(position) ? alternatives : 0);
    return (position - firstPosition) * alternatives + i;
  }
}

package dev.unmask.scheduler;

import java.util.Arrays;

/**
 * Log-probabilities of the committed tokens of one sequence, by position. They are those of the
 * plain softmax of the pass that committed the token: logit less log-sum-exp, before suppression,
 * bad words, penalties, temperature, top_k and top_p. Under classifier-free guidance the logits are
 * the guided ones. Mutable, owned by its sequence.
 */
final class TokenLogprobs {
  private final int wanted;
  private final int firstPosition;
  private int alternatives;
  private double[] logprobs = new double[0];
  private int[] ranks = new int[0];
  private int[] alternativeIds = new int[0];
  private double[] alternativeLogprobs = new double[0];

  /**
   * @param wanted alternatives per position; an engine with fewer candidates gives as many
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
   * @param capacity positions from the first on to make room for, where there are too few
   */
  void record(int position, int token, StepOutputs outputs, int o, int capacity) {
    reserve(capacity, outputs.candidateCount());
    int rank = rank(token, outputs, o);
    double logSumExp = outputs.logSumExp(o);
    int index = position - firstPosition;
    ranks[index] = rank;
    logprobs[index] =
        (rank > 0 ? outputs.candidateLogit(o, rank - 1) : outsiderLogit(token, outputs, o))
            - logSumExp;
    for (int i = 0; i < alternatives; i++) {
      alternativeIds[index * alternatives + i] = outputs.candidateId(o, i);
      alternativeLogprobs[index * alternatives + i] = outputs.candidateLogit(o, i) - logSumExp;
    }
  }

  private void reserve(int capacity, int candidates) {
    if (logprobs.length < capacity) {
      alternatives = Math.min(wanted, candidates);
      logprobs = Arrays.copyOf(logprobs, capacity);
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

  double logprob(int position) {
    return logprobs[position - firstPosition];
  }

  int rank(int position) {
    return ranks[position - firstPosition];
  }

  int alternatives() {
    return alternatives;
  }

  int alternativeId(int position, int i) {
    return alternativeIds[(position - firstPosition) * alternatives + i];
  }

  double alternativeLogprob(int position, int i) {
    return alternativeLogprobs[(position - firstPosition) * alternatives + i];
  }
}

package dev.unmask.scheduler.unmask;

import dev.unmask.scheduler.StepOutputs;

/**
 * The candidates of one output as the rules of a request leave them: forbidden ones are out, others
 * have their penalised logit, and they are in descending order again, the engine's order among
 * equals. Log-sum-exp and entropy are corrected for every token whose logit is known, which are the
 * candidates and the special tokens. Reused from output to output; single-threaded.
 *
 * <p>Where no candidate is left, the <em>last resort</em> is the only one: the most probable
 * special token that is allowed and is not the mask token, or where there is none, the lowest token
 * id that is. The latter's logit is unknown and taken to be so low that its probability is 0.
 */
final class Candidates {
  private static final double UNKNOWN_LOGIT = -1e30;

  private int count;
  private int[] ids = new int[0];
  private double[] logits = new double[0];
  private boolean changed;
  private boolean lastResort;
  private double logSumExp;
  private double negativeEntropy;

  /** Probability, and its share of the negative entropy, of the tokens whose logit changed. */
  private double removed;

  private double removedEntropy;

  /** What the logits became that changed and are not minus infinity. */
  private double[] penalised = new double[0];

  private int penalisedCount;

  /**
   * Gathers the candidates of an output.
   *
   * @param outputs what the engine returned, borrowed for the call
   * @param o output index
   * @param rules of the request
   * @param position that the output predicts
   * @param suppressed tokens not to be chosen at this position
   */
  void gather(StepOutputs outputs, int o, TokenRules rules, int position, int[] suppressed) {
    clear(outputs.candidateCount(), outputs.specialCount());
    double full = outputs.logSumExp(o);
    for (int c = 0; c < outputs.candidateCount(); c++) {
      int id = outputs.candidateId(o, c);
      double logit = outputs.candidateLogit(o, c);
      double adjusted = rules.adjust(id, position, logit, suppressed);
      noteChange(logit, adjusted, full);
      if (adjusted > Double.NEGATIVE_INFINITY) {
        insert(id, adjusted);
      }
    }
    for (int s = 0; s < outputs.specialCount(); s++) {
      int id = outputs.specialTokenId(s);
      if (!isCandidate(outputs, o, id)) {
        double logit = outputs.specialLogit(o, s);
        noteChange(logit, rules.adjust(id, position, logit, suppressed), full);
      }
    }
    normalise(full, outputs.entropy(o));
    if (count == 0) {
      resort(outputs, o, rules, position, suppressed);
    }
  }

  private void clear(int candidates, int specials) {
    if (ids.length < candidates) {
      ids = new int[candidates];
      logits = new double[candidates];
      penalised = new double[candidates + specials];
    }
    count = 0;
    changed = false;
    lastResort = false;
    removed = 0;
    removedEntropy = 0;
    penalisedCount = 0;
  }

  private void noteChange(double logit, double adjusted, double full) {
    if (adjusted == logit) {
      return;
    }
    changed = true;
    double p = Math.exp(logit - full);
    removed += p;
    removedEntropy += p > 0 ? p * (logit - full) : 0;
    if (adjusted > Double.NEGATIVE_INFINITY) {
      penalised[penalisedCount++] = adjusted;
    }
  }

  private void insert(int id, double logit) {
    int at = count++;
    while (at > 0 && logits[at - 1] < logit) {
      ids[at] = ids[at - 1];
      logits[at] = logits[at - 1];
      at--;
    }
    ids[at] = id;
    logits[at] = logit;
  }

  private static boolean isCandidate(StepOutputs outputs, int o, int id) {
    for (int c = 0; c < outputs.candidateCount(); c++) {
      if (outputs.candidateId(o, c) == id) {
        return true;
      }
    }
    return false;
  }

  private void normalise(double full, double entropy) {
    double gone = Math.min(removed, 1 - 1e-12);
    logSumExp = full + Math.log1p(-gone);
    for (int i = 0; i < penalisedCount; i++) {
      double high = Math.max(logSumExp, penalised[i]);
      double low = Math.min(logSumExp, penalised[i]);
      logSumExp = high + Math.log1p(Math.exp(low - high));
    }
    double shift = full - logSumExp;
    negativeEntropy = Math.exp(shift) * (shift * (1 - gone) - entropy - removedEntropy);
    for (int i = 0; i < penalisedCount; i++) {
      double p = Math.exp(penalised[i] - logSumExp);
      negativeEntropy += p > 0 ? p * (penalised[i] - logSumExp) : 0;
    }
  }

  private void resort(
      StepOutputs outputs, int o, TokenRules rules, int position, int[] suppressed) {
    lastResort = true;
    for (int s = 0; s < outputs.specialCount(); s++) {
      int id = outputs.specialTokenId(s);
      if (rules.lastResort(id, position, suppressed)) {
        insertOnly(id, rules.adjust(id, position, outputs.specialLogit(o, s), suppressed));
      }
    }
    int id = 0;
    while (count == 0) {
      if (rules.lastResort(id, position, suppressed)) {
        insertOnly(id, UNKNOWN_LOGIT);
      }
      id++;
    }
  }

  private void insertOnly(int id, double logit) {
    if (count == 0 || logit > logits[0]) {
      ids[0] = id;
      logits[0] = logit;
      count = 1;
    }
  }

  /** Number of candidates left, at least 1. */
  int count() {
    return count;
  }

  /** Token of candidate {@code i}. */
  int id(int i) {
    return ids[i];
  }

  /** Logit of candidate {@code i}, descending. */
  double logit(int i) {
    return logits[i];
  }

  /** Whether the rules changed a logit that is known. */
  boolean changed() {
    return changed;
  }

  /** Whether the only candidate is the last resort. */
  boolean lastResort() {
    return lastResort;
  }

  /** Natural logarithm of the sum of exponentials of all logits, as the rules leave them. */
  double logSumExp() {
    return logSumExp;
  }

  /** Sum of p ln p over the vocabulary in nats; NaN where the engine gives no entropy. */
  double negativeEntropy() {
    return negativeEntropy;
  }
}

package dev.unmask.scheduler.unmask;

import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.parameters.SamplingParameters;

/**
 * Chooses the token x0 that a position would take, and its confidence c, from the candidates the
 * engine returned. One per sequence; single-threaded; the result is read from the accessors.
 *
 * <p>The confidence is either <em>plain</em> (softmax of the logits, as in LLaDA and Fast-dLLM) or
 * <em>filtered</em> (after temperature, top_p and top_k, as in Dream, D2F and SDAR). Suppressed
 * tokens count as if their logit were minus infinity, in both.
 *
 * <p>Only the candidates are seen. Where a nucleus reaches beyond them its mass is taken to be
 * {@code top_p} exactly, which it exceeds by less than the least likely candidate. A suppressed
 * token that is neither a candidate nor one of the special tokens is less likely than every
 * candidate; its mass is left in the normalisation.
 */
public final class TokenChooser {
  private final SamplingParameters sampling;
  private final boolean plainConfidence;
  private int count;
  private int[] ids = new int[0];
  private double[] logits = new double[0];
  private double[] weights = new double[0];

  private int token;
  private double confidence;
  private double margin;
  private double negativeEntropy;
  private double logProbability;

  /**
   * @param sampling how the token is drawn
   * @param plainConfidence whether the confidence is that of the plain softmax
   */
  public TokenChooser(SamplingParameters sampling, boolean plainConfidence) {
    this.sampling = sampling;
    this.plainConfidence = plainConfidence;
  }

  /**
   * Chooses for one output.
   *
   * @param outputs what the engine returned
   * @param o output index
   * @param suppressed tokens not to be chosen; may be empty
   * @param position position of the token in its sequence, for random draws
   * @param step denoising step of the sequence, for random draws
   */
  public void choose(StepOutputs outputs, int o, int[] suppressed, int position, int step) {
    if (suppressed.length == 0 && !sampling.random() && !sampling.filtered()) {
      chooseGreedy(outputs, o);
    } else {
      chooseGeneral(outputs, o, suppressed, position, step);
    }
  }

  private void chooseGreedy(StepOutputs outputs, int o) {
    double logSumExp = outputs.logSumExp(o);
    token = outputs.candidateId(o, 0);
    logProbability = outputs.candidateLogit(o, 0) - logSumExp;
    confidence = Math.exp(logProbability);
    margin = confidence - Math.exp(outputs.candidateLogit(o, 1) - logSumExp);
    negativeEntropy = -outputs.entropy(o);
  }

  private void chooseGeneral(StepOutputs outputs, int o, int[] suppressed, int position, int step) {
    gather(outputs, o, suppressed);
    double removed = 0;
    double removedEntropy = 0;
    double fullLogSumExp = outputs.logSumExp(o);
    for (int id : suppressed) {
      double logit = knownLogit(outputs, o, id);
      double p = Math.exp(logit - fullLogSumExp);
      removed += p;
      removedEntropy += p > 0 ? p * (logit - fullLogSumExp) : 0;
    }
    double logSumExp = fullLogSumExp + Math.log1p(-Math.min(removed, 1 - 1e-12));

    double temperature = sampling.random() ? sampling.temperature() : 1;
    double candidateMass = 0;
    for (int i = 0; i < count; i++) {
      weights[i] = Math.exp((logits[i] - logits[0]) / temperature);
      candidateMass += weights[i];
    }
    // Without a temperature the normaliser is known; with one, the candidates are the vocabulary.
    double total =
        temperature == 1 ? Math.max(candidateMass, Math.exp(logSumExp - logits[0])) : candidateMass;
    int kept = count;
    double keptMass = total;
    if (sampling.topP() < 1) {
      double cumulative = 0;
      kept = 0;
      while (kept < count && cumulative <= sampling.topP() * total) {
        cumulative += weights[kept++];
      }
      keptMass = Math.max(cumulative, sampling.topP() * total);
    }
    if (sampling.topK() > 0 && sampling.topK() <= kept) {
      kept = sampling.topK();
      keptMass = sum(kept);
    }

    int chosen = 0;
    if (sampling.random()) {
      double u = CounterRandom.uniform(sampling.seed(), CounterRandom.TOKEN, position, step);
      double target = u * sum(kept);
      double cumulative = weights[0];
      while (chosen < kept - 1 && cumulative < target) {
        cumulative += weights[++chosen];
      }
    }
    token = ids[chosen];
    logProbability = logits[chosen] - logSumExp;
    confidence = plainConfidence ? Math.exp(logProbability) : weights[chosen] / keptMass;
    margin = (weights[0] - (kept > 1 ? weights[1] : 0)) / keptMass;
    negativeEntropy =
        kept == count && temperature == 1 && !sampling.filtered()
            ? -((outputs.entropy(o) + removedEntropy) / (1 - removed) + Math.log1p(-removed))
            : negativeEntropyOf(kept, keptMass);
  }

  private void gather(StepOutputs outputs, int o, int[] suppressed) {
    int all = outputs.candidateCount();
    if (ids.length < all) {
      ids = new int[all];
      logits = new double[all];
      weights = new double[all];
    }
    count = 0;
    for (int c = 0; c < all; c++) {
      int id = outputs.candidateId(o, c);
      if (!contains(suppressed, id)) {
        ids[count] = id;
        logits[count++] = outputs.candidateLogit(o, c);
      }
    }
    if (count == 0) {
      ids[0] = outputs.candidateId(o, 0);
      logits[0] = outputs.candidateLogit(o, 0);
      count = 1;
    }
  }

  private static double knownLogit(StepOutputs outputs, int o, int id) {
    for (int s = 0; s < outputs.specialCount(); s++) {
      if (outputs.specialTokenId(s) == id) {
        return outputs.specialLogit(o, s);
      }
    }
    for (int c = 0; c < outputs.candidateCount(); c++) {
      if (outputs.candidateId(o, c) == id) {
        return outputs.candidateLogit(o, c);
      }
    }
    return Double.NEGATIVE_INFINITY;
  }

  private double sum(int kept) {
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += weights[i];
    }
    return sum;
  }

  private double negativeEntropyOf(int kept, double mass) {
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      double p = weights[i] / mass;
      sum += p > 0 ? p * Math.log(p) : 0;
    }
    return sum;
  }

  private static boolean contains(int[] ids, int id) {
    for (int candidate : ids) {
      if (candidate == id) {
        return true;
      }
    }
    return false;
  }

  /** The chosen token, x0. */
  public int token() {
    return token;
  }

  /** The confidence c of the chosen token, a probability. */
  public double confidence() {
    return confidence;
  }

  /** Probability of the best token less that of the second best. */
  public double margin() {
    return margin;
  }

  /** Sum of p ln p in nats; NaN where the engine gives no entropy and nothing is filtered. */
  public double negativeEntropy() {
    return negativeEntropy;
  }

  /** Natural logarithm of the chosen token's plain softmax probability. */
  public double logProbability() {
    return logProbability;
  }
}

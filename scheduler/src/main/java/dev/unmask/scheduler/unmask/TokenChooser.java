package dev.unmask.scheduler.unmask;

import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.parameters.SamplingParameters;

/**
 * Chooses the token x0 that a position would take, and its confidence c, from the candidates the
 * engine returned. One per sequence; single-threaded; the result is read from the accessors.
 *
 * <p>The confidence is either <em>plain</em> (softmax of the logits, as in LLaDA and Fast-dLLM) or
 * <em>filtered</em> (after temperature, top_p and top_k, as in Dream, D2F and SDAR). Both are of
 * the logits as the request's {@link TokenRules} leave them: forbidden tokens count as if their
 * logit were minus infinity, penalised ones with their new logit.
 *
 * <p>Only the candidates are seen. What follows is exact for them, greedy or drawn, with these
 * limits:
 *
 * <ul>
 *   <li>Where a nucleus reaches beyond the candidates its mass is taken to be {@code top_p}
 *       exactly, which it exceeds by less than the least likely candidate.
 *   <li>A forbidden or penalised token that is neither a candidate nor one of the special tokens
 *       was less likely than every candidate; its mass stays in the normalisation.
 *   <li>A token beyond the candidates is never chosen, neither because a negative penalty (or a
 *       repetition penalty below 1) would raise it, nor because every candidate is lowered below
 *       it. As long as one candidate is neither forbidden nor lowered, the latter cannot happen to
 *       the most likely token.
 *   <li>Where every candidate is forbidden, the token is the last resort that {@link Candidates}
 *       defines, not drawn, with its plain softmax probability as either confidence.
 * </ul>
 */
public final class TokenChooser {
  private final SamplingParameters sampling;
  private final boolean plainConfidence;
  private final TokenRules rules;
  private final Candidates candidates = new Candidates();
  private double[] weights = new double[0];

  private int token;
  private double confidence;
  private double margin;
  private double negativeEntropy;

  /**
   * A chooser without rules but the suppression of tokens.
   *
   * @param sampling how the token is drawn
   * @param plainConfidence whether the confidence is that of the plain softmax
   */
  public TokenChooser(SamplingParameters sampling, boolean plainConfidence) {
    this(sampling, plainConfidence, TokenRules.NONE);
  }

  /**
   * @param sampling how the token is drawn
   * @param plainConfidence whether the confidence is that of the plain softmax
   * @param rules what becomes of a token's logit before that
   */
  public TokenChooser(SamplingParameters sampling, boolean plainConfidence, TokenRules rules) {
    this.sampling = sampling;
    this.plainConfidence = plainConfidence;
    this.rules = rules;
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
    boolean greedy = !sampling.random() && !sampling.filtered();
    if (greedy && suppressed.length == 0 && rules.neutral()) {
      chooseGreedy(outputs, o);
      return;
    }
    candidates.gather(outputs, o, rules, position, suppressed);
    if (candidates.lastResort()) {
      takeLastResort();
    } else if (greedy && !candidates.changed()) {
      chooseGreedy(outputs, o);
    } else {
      chooseGeneral(position, step);
    }
  }

  private void chooseGreedy(StepOutputs outputs, int o) {
    double logSumExp = outputs.logSumExp(o);
    token = outputs.candidateId(o, 0);
    confidence = Math.exp(outputs.candidateLogit(o, 0) - logSumExp);
    margin = confidence - Math.exp(outputs.candidateLogit(o, 1) - logSumExp);
    negativeEntropy = -outputs.entropy(o);
  }

  private void takeLastResort() {
    token = candidates.id(0);
    confidence = Math.exp(candidates.logit(0) - candidates.logSumExp());
    margin = confidence;
    negativeEntropy = candidates.negativeEntropy();
  }

  private void chooseGeneral(int position, int step) {
    int count = candidates.count();
    if (weights.length < count) {
      weights = new double[count];
    }
    double best = candidates.logit(0);
    double logSumExp = candidates.logSumExp();
    double temperature = sampling.random() ? sampling.temperature() : 1;
    double candidateMass = 0;
    for (int i = 0; i < count; i++) {
      weights[i] = Math.exp((candidates.logit(i) - best) / temperature);
      candidateMass += weights[i];
    }
    // Without a temperature the normaliser is known; with one, the candidates are the vocabulary.
    double total =
        temperature == 1 ? Math.max(candidateMass, Math.exp(logSumExp - best)) : candidateMass;
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
    token = candidates.id(chosen);
    confidence =
        plainConfidence
            ? Math.exp(candidates.logit(chosen) - logSumExp)
            : weights[chosen] / keptMass;
    margin = (weights[0] - (kept > 1 ? weights[1] : 0)) / keptMass;
    negativeEntropy =
        kept == count && temperature == 1 && !sampling.filtered()
            ? candidates.negativeEntropy()
            : negativeEntropyOf(kept, keptMass);
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
}

package dev.unmask.scheduler;

/**
 * What one engine call returned: for each output of the {@link StepPlan} a few numbers, never a
 * vocabulary of logits. The engine fills it; the scheduler borrows it until the next call. Not
 * thread-safe.
 *
 * <p>Per output {@code o}: {@link #candidateCount()} candidates in descending order of logit, the
 * log-sum-exp over the whole vocabulary (so {@code exp(logit - logSumExp)} is the softmax
 * probability), the entropy, and the logits of the model's special tokens.
 */
public final class StepOutputs {
  private final int candidateCount;
  private final int[] specialTokenIds;
  private int outputCount;
  private int[] candidateIds = new int[0];
  private float[] candidateLogits = new float[0];
  private double[] logSumExp = new double[0];
  private double[] entropy = new double[0];
  private float[] specialLogits = new float[0];

  /**
   * @param candidateCount candidates per output, at least 2
   * @param specialTokenIds tokens whose logits are always returned (end of sequence, mask ...); may
   *     be empty
   */
  public StepOutputs(int candidateCount, int[] specialTokenIds) {
    this.candidateCount = candidateCount;
    this.specialTokenIds = specialTokenIds.clone();
  }

  /** Makes room for a number of outputs; contents are undefined until the engine sets them. */
  public void resize(int outputs) {
    outputCount = outputs;
    if (logSumExp.length < outputs) {
      int capacity = Math.max(outputs, logSumExp.length * 2);
      candidateIds = new int[capacity * candidateCount];
      candidateLogits = new float[capacity * candidateCount];
      logSumExp = new double[capacity];
      entropy = new double[capacity];
      specialLogits = new float[capacity * specialTokenIds.length];
    }
  }

  /** Number of outputs. */
  public int outputCount() {
    return outputCount;
  }

  /** Candidates per output. */
  public int candidateCount() {
    return candidateCount;
  }

  /** Number of special tokens whose logits are returned. */
  public int specialCount() {
    return specialTokenIds.length;
  }

  /** Token id of a special token. */
  public int specialTokenId(int index) {
    return specialTokenIds[index];
  }

  /** Token of candidate {@code c} of output {@code o}. */
  public int candidateId(int o, int c) {
    return candidateIds[o * candidateCount + c];
  }

  /** Logit of candidate {@code c} of output {@code o}; descending in {@code c}. */
  public float candidateLogit(int o, int c) {
    return candidateLogits[o * candidateCount + c];
  }

  /** Natural logarithm of the sum of exponentials of all logits of output {@code o}. */
  public double logSumExp(int o) {
    return logSumExp[o];
  }

  /**
   * Entropy in nats of the softmax of output {@code o}; NaN where the model does not compute it.
   */
  public double entropy(int o) {
    return entropy[o];
  }

  /** Logit of special token {@code s} of output {@code o}. */
  public float specialLogit(int o, int s) {
    return specialLogits[o * specialTokenIds.length + s];
  }

  /** Sets candidate {@code c} of output {@code o}. */
  public void setCandidate(int o, int c, int tokenId, float logit) {
    candidateIds[o * candidateCount + c] = tokenId;
    candidateLogits[o * candidateCount + c] = logit;
  }

  /**
   * Sets the log-sum-exp and the entropy of output {@code o}. Doubles, so that {@code best logit -
   * logSumExp} tells confidences near 1 apart as finely as a float32 softmax does.
   */
  public void setDistribution(int o, double logSumExp, double entropy) {
    this.logSumExp[o] = logSumExp;
    this.entropy[o] = entropy;
  }

  /** Sets the logit of special token {@code s} of output {@code o}. */
  public void setSpecialLogit(int o, int s, float logit) {
    specialLogits[o * specialTokenIds.length + s] = logit;
  }
}

package dev.unmask.scheduler.parameters;

/**
 * How tokens that occurred already are made less likely, or more. They change logits before
 * temperature, top_k and top_p.
 *
 * @param repetition divides the positive and multiplies the negative logits of tokens seen in the
 *     prompt or the response; above 0, 1 is off
 * @param presence taken off the logits of tokens seen in the response; in [-2, 2], 0 is off
 * @param frequency taken off the logits of tokens seen in the response once for every time they
 *     were; in [-2, 2], 0 is off
 */
public record Penalties(double repetition, double presence, double frequency) {
  /** No logit is changed. */
  public static final Penalties NONE = new Penalties(1, 0, 0);

  /** Whether no logit is changed. */
  public boolean neutral() {
    return repetition == 1 && presence == 0 && frequency == 0;
  }

  /**
   * The logit as the penalties leave it: repetition first, then presence and frequency.
   *
   * @param logit as the model gave it
   * @param inPrompt whether the prompt has the token
   * @param generated how often the response has it
   */
  public double apply(double logit, boolean inPrompt, int generated) {
    double penalised = logit;
    if (inPrompt || generated > 0) {
      penalised = logit > 0 ? logit / repetition : logit * repetition;
    }
    return generated > 0 ? penalised - presence - frequency * generated : penalised;
  }
}

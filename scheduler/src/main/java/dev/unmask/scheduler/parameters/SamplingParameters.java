package dev.unmask.scheduler.parameters;

/**
 * How a token is drawn from a position's candidates. Draws come from the {@code candidateCount}
 * best tokens that the engine returns; what is less likely than those is never drawn.
 *
 * @param temperature 0 takes the most likely token
 * @param topP nucleus mass in (0, 1]; 1 is off
 * @param topK most candidates considered; 0 is off
 * @param seed of every random choice of the request: same seed, same tokens
 */
public record SamplingParameters(double temperature, double topP, int topK, long seed) {
  /** The most likely token, always. */
  public static final SamplingParameters GREEDY = new SamplingParameters(0, 1, 0, 0);

  /** Whether tokens are drawn at random. */
  public boolean random() {
    return temperature > 0;
  }

  /** Whether some candidates are cut off before the draw. */
  public boolean filtered() {
    return topP < 1 || topK > 0;
  }
}

package dev.unmask.server.openai;

/** Log-probabilities as the API has them. */
final class Logprobs {
  /** Stands for a probability of zero and for one that is not known. */
  private static final double LOWEST = -9999.0;

  private Logprobs() {}

  /** A number that JSON can carry. */
  static double finite(double logprob) {
    return logprob >= LOWEST ? Math.min(logprob, 0) : LOWEST;
  }
}

package dev.unmask.capacity.load;

/** Told how a run goes, a few times a second, by the thread that drives it. */
public interface LoadProgress {
  /** Nobody. */
  LoadProgress NONE = (phase, done, failed, tokens, nanos) -> {};

  /**
   * So far.
   *
   * @param phase {@code warm-up}, {@code measuring} or {@code draining}
   * @param done requests answered in the phase
   * @param failed requests failed in the phase
   * @param tokens of the answers
   * @param nanos since the phase began
   */
  void at(String phase, int done, int failed, long tokens, long nanos);
}

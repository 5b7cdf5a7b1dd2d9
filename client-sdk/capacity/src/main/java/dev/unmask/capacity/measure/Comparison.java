package dev.unmask.capacity.measure;

import dev.unmask.capacity.score.Score;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A against B at one load.
 *
 * @param ratio of tokens per second
 * @param scoreDifference score of A less that of B; empty where one has none
 * @param margin of the score within which they count as equal
 */
public record Comparison(Ratio ratio, OptionalDouble scoreDifference, double margin) {
  /** Compares two scores and takes the ratio along. */
  public static Comparison of(Ratio ratio, Optional<Score> a, Optional<Score> b, double margin) {
    return new Comparison(
        ratio,
        a.isPresent() && b.isPresent()
            ? OptionalDouble.of(a.get().mean() - b.get().mean())
            : OptionalDouble.empty(),
        margin);
  }

  /** Whether the scores are known and equal within the margin. */
  public boolean comparable() {
    return scoreDifference.isPresent() && Math.abs(scoreDifference.getAsDouble()) <= margin;
  }
}

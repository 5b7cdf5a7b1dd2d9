package dev.unmask.capacity.tune;

import dev.unmask.capacity.measure.RunFigures;
import dev.unmask.capacity.score.Score;
import java.util.Map;

/**
 * A combination of parameters and what it gave.
 *
 * @param parameters that were swept
 * @param figures at its load
 * @param score of its answers
 */
public record TunedPoint(Map<String, Object> parameters, RunFigures figures, Score score) {
  /** Tokens per second. */
  public double speed() {
    return figures.tokenThroughput();
  }
}

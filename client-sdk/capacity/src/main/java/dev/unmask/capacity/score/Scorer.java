package dev.unmask.capacity.score;

import dev.unmask.capacity.load.Sample;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Optional;

/** Scores answers. */
public interface Scorer {
  /**
   * Scores the answers of one target. Prompts asked several times count once each time.
   *
   * @param answered requests that were answered
   * @return empty where nothing can be scored
   * @throws UnmaskException UNAVAILABLE where scoring fails
   */
  Optional<Score> score(List<Sample> answered) throws InterruptedException;
}

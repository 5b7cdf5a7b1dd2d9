package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.RunSamples;
import dev.unmask.capacity.score.Score;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured at one load. Immutable.
 *
 * @param load that was put on
 * @param targets one or two
 * @param comparison of the first with the second, where there are two
 */
public record Level(Load load, List<TargetLevel> targets, Optional<Comparison> comparison) {
  /**
   * One target at this load.
   *
   * @param name A or B
   * @param runs all of them, in order
   * @param figures of all runs
   * @param score of all answers; empty where they cannot be scored
   * @param server what its metrics said, by name; empty where they were not read
   */
  public record TargetLevel(
      String name,
      List<RunSamples> runs,
      RunFigures figures,
      Optional<Score> score,
      Map<String, Double> server) {}
}

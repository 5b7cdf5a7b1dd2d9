package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.RunSamples;
import dev.unmask.capacity.score.Score;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
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
   * Lets a measurement fail whose answers should have been scored and were not; to be called once
   * its figures are safe.
   *
   * @throws UnmaskException UNAVAILABLE where the scorer failed at one of the levels
   */
  public static void requireScores(List<Level> levels) {
    levels.stream()
        .flatMap(level -> level.targets().stream())
        .flatMap(target -> target.scoreFailure().stream())
        .findFirst()
        .ifPresent(
            why -> {
              throw new UnmaskException(ErrorCode.UNAVAILABLE, "scores are missing: " + why);
            });
  }

  /**
   * One target at this load.
   *
   * @param name A or B
   * @param runs all of them, in order
   * @param figures of all runs
   * @param score of all answers; empty where they cannot be scored
   * @param scoreFailure why the scorer gave none; empty where it did not fail
   * @param server what its metrics said, by name; empty where they were not read
   */
  public record TargetLevel(
      String name,
      List<RunSamples> runs,
      RunFigures figures,
      Optional<Score> score,
      Optional<String> scoreFailure,
      Map<String, Double> server) {}
}

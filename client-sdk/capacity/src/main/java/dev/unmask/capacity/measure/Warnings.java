package dev.unmask.capacity.measure;

import dev.unmask.capacity.measure.Level.TargetLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a reader has to know before believing the figures. */
public final class Warnings {
  private static final int FEW = 20;

  private Warnings() {}

  /** Those of all levels, in order. */
  public static List<String> of(List<Level> levels) {
    List<String> warnings = new ArrayList<>();
    for (Level level : levels) {
      for (TargetLevel target : level.targets()) {
        String at = level.load().label() + ", " + target.name() + ": ";
        of(target.figures()).forEach(warning -> warnings.add(at + warning));
        target.scoreFailure().ifPresent(why -> warnings.add(at + "no score: " + why));
      }
      level
          .comparison()
          .filter(c -> c.scoreDifference().isPresent() && !c.comparable())
          .ifPresent(
              c ->
                  warnings.add(
                      String.format(
                          Locale.ROOT,
                          "%s: not comparable: the score of A is %+.3f from that of B, the margin"
                              + " is %.3g",
                          level.load().label(),
                          c.scoreDifference().getAsDouble(),
                          c.margin())));
    }
    return warnings;
  }

  private static List<String> of(RunFigures figures) {
    List<String> warnings = new ArrayList<>();
    if (figures.requests() == 0) {
      warnings.add("no request was answered");
      return warnings;
    }
    if (figures.driver().bottleneck()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "the driver is the bottleneck: its busiest thread used %.0f%% of a processor, requests"
                  + " were up to %.1f ms late; the target can do more than was measured",
              100 * figures.driver().busiestThread(),
              figures.driver().lateMillis()));
    }
    figures
        .replay()
        .filter(replay -> replay.sent() < replay.rows())
        .ifPresent(
            replay ->
                warnings.add(
                    String.format(
                        Locale.ROOT,
                        "%d of the trace's %d requests%s were sent, %d come after the end of the run"
                            + " (--duration, --requests)",
                        replay.sent(),
                        replay.rows(),
                        replay.runs() == 1 ? "" : " in " + replay.runs() + " runs",
                        replay.rows() - replay.sent())));
    if (!figures.steady()) {
      warnings.add("the rate was not steady; a longer --warm-up or --duration may help");
    }
    if (figures.requests() < FEW) {
      warnings.add("only " + figures.requests() + " answers: percentiles above p90 mean little");
    }
    if (figures.uncounted() > 0) {
      warnings.add(
          figures.uncounted() + " answers came without their number of tokens, which count as 0");
    }
    if (figures.unfinished() > figures.requests() / 10 && figures.unfinished() > FEW) {
      warnings.add(
          figures.unfinished() + " requests were in progress at the end and are not counted");
    }
    for (Map.Entry<String, Integer> error : figures.errors().entrySet()) {
      warnings.add(error.getValue() + " requests failed with " + error.getKey());
    }
    return warnings;
  }
}

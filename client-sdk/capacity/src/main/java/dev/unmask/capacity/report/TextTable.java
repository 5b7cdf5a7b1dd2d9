package dev.unmask.capacity.report;

import dev.unmask.capacity.measure.Comparison;
import dev.unmask.capacity.measure.Distribution;
import dev.unmask.capacity.measure.Level;
import dev.unmask.capacity.measure.Level.TargetLevel;
import dev.unmask.capacity.measure.Measure;
import dev.unmask.capacity.measure.RunFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures as a table in Markdown, and a sentence for every comparison. */
public final class TextTable {
  private static final List<String> HEADER =
      List.of(
          "load",
          "target",
          "requests",
          "errors",
          "tokens/s",
          "requests/s",
          "first block p50/p99 ms",
          "token p50 ms",
          "latency p50/p99 ms",
          "tokens/pass",
          "score");

  private TextTable() {}

  /** Makes it. */
  public static String of(List<Level> levels) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    for (Level level : levels) {
      for (TargetLevel target : level.targets()) {
        rows.add(row(level, target));
      }
    }
    StringBuilder text = new StringBuilder();
    int[] widths = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    line(text, rows.get(0), widths);
    text.append('|');
    for (int width : widths) {
      text.append("-".repeat(width + 2)).append('|');
    }
    text.append('\n');
    rows.subList(1, rows.size()).forEach(row -> line(text, row, widths));
    for (Level level : levels) {
      level.comparison().ifPresent(c -> text.append('\n').append(sentence(level, c)));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> row, int[] widths) {
    text.append('|');
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      text.append(' ').append(cell).append(" ".repeat(widths[i] - cell.length())).append(" |");
    }
    text.append('\n');
  }

  private static List<String> row(Level level, TargetLevel target) {
    RunFigures figures = target.figures();
    return List.of(
        level.load().label(),
        target.name(),
        String.valueOf(figures.requests()),
        String.valueOf(figures.errors().values().stream().mapToInt(i -> i).sum()),
        number(figures.tokenThroughput()) + (figures.steady() ? "" : " (not steady)"),
        number(figures.requestThroughput()),
        percentiles(figures, Measure.TIME_TO_FIRST_BLOCK),
        median(figures, Measure.INTER_TOKEN_LATENCY),
        percentiles(figures, Measure.REQUEST_LATENCY),
        figures.decoding().map(d -> number(d.tokensPerPass())).orElse(""),
        target
            .score()
            .map(s -> String.format(Locale.ROOT, "%.3f of %d", s.mean(), s.count()))
            .orElse(target.scoreFailure().isPresent() ? "failed" : ""));
  }

  private static String percentiles(RunFigures figures, Measure measure) {
    Distribution values = figures.measures().get(measure);
    return values == null
        ? ""
        : number(values.percentile(50)) + " / " + number(values.percentile(99));
  }

  private static String median(RunFigures figures, Measure measure) {
    Distribution values = figures.measures().get(measure);
    return values == null ? "" : number(values.percentile(50));
  }

  private static String number(double value) {
    int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private static String sentence(Level level, Comparison comparison) {
    String speed =
        String.format(
            Locale.ROOT,
            "%s: %s / %s = %.2f times the tokens/s (95%% %.2f to %.2f, %d pairs of runs), ",
            level.load().label(),
            level.targets().get(0).name(),
            level.targets().get(1).name(),
            comparison.ratio().value(),
            comparison.ratio().low(),
            comparison.ratio().high(),
            comparison.ratio().pairs());
    if (comparison.scoreDifference().isEmpty()) {
      return speed + "scores not known\n";
    }
    return speed
        + String.format(
            Locale.ROOT,
            "score %+.3f: %s at a margin of %.3g%n",
            comparison.scoreDifference().getAsDouble(),
            comparison.comparable() ? "comparable" : "NOT COMPARABLE",
            comparison.margin());
  }
}

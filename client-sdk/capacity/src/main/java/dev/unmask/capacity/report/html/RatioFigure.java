package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.IntervalChart.Row;
import dev.unmask.capacity.report.html.IntervalChart.Shape;
import dev.unmask.capacity.report.html.IntervalChart.Spot;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The first target's speed over the second's, with the difference in score beside it. */
final class RatioFigure {
  /** The share of the values' span that is left free at both ends. */
  private static final double MARGIN = 0.08;

  private RatioFigure() {}

  /** The figure, or none where nothing was compared. */
  static List<Figure> of(Summary summary) {
    List<Row> rows = new ArrayList<>();
    for (Level level : summary.levels()) {
      level.comparison().ifPresent(comparison -> rows.add(row(level, comparison)));
    }
    if (rows.isEmpty() || summary.targets().size() < 2) {
      return List.of();
    }
    String first = summary.targets().get(0).name();
    String second = summary.targets().get(1).name();
    DoubleSummaryStatistics values =
        rows.stream()
            .flatMap(row -> row.spots().stream())
            .collect(Collectors.summarizingDouble(Spot::value));
    values.accept(1);
    double margin = (values.getMax() - values.getMin()) * MARGIN;
    Axis axis = Axis.around("ratio", values.getMin() - margin, values.getMax() + margin);
    return List.of(
        new Figure(
            first + " against " + second,
            "Tokens/s of "
                + first
                + " over those of "
                + second
                + ", with the 95% interval; right of the dashed line at 1, "
                + first
                + " is faster. Beside it, the score of "
                + first
                + " less that of "
                + second
                + ".",
            List.of(),
            new IntervalChart(axis, OptionalDouble.of(1), rows)));
  }

  private static Row row(Level level, Comparison comparison) {
    List<Spot> spots =
        List.of(
            new Spot(comparison.low(), Shape.CAP),
            new Spot(comparison.ratio(), Shape.FULL),
            new Spot(comparison.high(), Shape.CAP));
    String note = Numbers.ratio(comparison.ratio()) + ", " + comparison.score();
    return new Row(
        level.label(),
        Look.CIRCLE,
        spots,
        note,
        level.label() + ": " + comparison.speed() + ", " + comparison.score());
  }
}

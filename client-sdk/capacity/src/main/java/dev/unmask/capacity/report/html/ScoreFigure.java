package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Figure.Kind;
import dev.unmask.capacity.report.html.LineChart.Point;
import dev.unmask.capacity.report.html.LineChart.Series;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** What speed costs in score: a point for each run, or a bar where there is a single one. */
final class ScoreFigure {
  private ScoreFigure() {}

  /** The figure, or none where no score was taken. */
  static List<Figure> of(Summary summary) {
    List<Series> series = new ArrayList<>();
    Tuning.of(summary).ifPresent(tuning -> series.add(frontier(summary, tuning)));
    for (Target target : summary.targets()) {
      series.add(new Series(target.look(), false, false, points(summary, target)));
    }
    List<Point> points = series.stream().flatMap(one -> one.points().stream()).toList();
    if (points.isEmpty()) {
      return List.of();
    }
    return List.of(points.size() > 1 ? scatter(summary, series, points) : bars(summary, points));
  }

  /** A line through what no other point beats, below the points themselves. */
  private static Series frontier(Summary summary, Tuning tuning) {
    List<Point> points =
        tuning.frontier().stream()
            .flatMap(target -> points(summary, target).stream())
            .sorted(Comparator.comparingDouble(Point::x))
            .map(point -> new Point(point.x(), point.y(), "", point.words()))
            .toList();
    return new Series(tuning.chosen().look(), true, true, points);
  }

  private static Figure scatter(Summary summary, List<Series> series, List<Point> points) {
    Chart chart =
        new LineChart(
            Axis.fromZero("tokens/s", points.stream().map(Point::x).toList()),
            axis(points),
            series);
    return new Figure(
        "Score against speed",
        summary.isSweep()
            ? "Up is better, right is faster. Figures at the points: " + summary.unit() + "."
            : Tuning.of(summary)
                .map(tuning -> "Up is better, right is faster. The line joins what nothing beats.")
                .orElse("Up is better, right is faster."),
        Charts.keys(summary, Kind.POINT),
        chart);
  }

  private static Figure bars(Summary summary, List<Point> points) {
    List<BarChart.Group> groups = Charts.bars(summary, Run::score, "score");
    return new Figure(
        "Score",
        "Mean over all answers; more is better.",
        Charts.keys(summary, Kind.BAR),
        new BarChart(Charts.across(summary), axis(points), groups));
  }

  /** To one at least, so that a low score looks low. */
  private static Axis axis(List<Point> points) {
    return Axis.fromZero(
        "score", Stream.concat(Stream.of(1.0), points.stream().map(Point::y)).toList());
  }

  private static List<Point> points(Summary summary, Target target) {
    List<Point> points = new ArrayList<>();
    for (Level level : summary.levels()) {
      level.run(target).ifPresent(run -> addPoint(summary, level, run, points));
    }
    return points;
  }

  private static void addPoint(Summary summary, Level level, Run run, List<Point> points) {
    OptionalDouble speed = run.throughput();
    OptionalDouble score = run.score();
    if (speed.isPresent() && score.isPresent()) {
      String name = run.target().name();
      points.add(
          new Point(
              speed.getAsDouble(),
              score.getAsDouble(),
              summary.isSweep() ? level.brief() : name,
              name
                  + ", "
                  + level.label()
                  + ": "
                  + Numbers.measured(speed)
                  + " tokens/s, score "
                  + Numbers.score(score)));
    }
  }
}

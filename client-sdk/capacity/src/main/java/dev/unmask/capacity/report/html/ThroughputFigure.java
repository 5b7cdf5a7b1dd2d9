package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Figure.Key;
import dev.unmask.capacity.report.html.Figure.Kind;
import dev.unmask.capacity.report.html.LineChart.Point;
import dev.unmask.capacity.report.html.LineChart.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Tokens per second: against the latency of requests in a sweep, as bars at a single level. */
final class ThroughputFigure {
  private static final String LATENCY = "request_latency";

  private ThroughputFigure() {}

  /** The figure, or none where nothing was measured. */
  static List<Figure> of(Summary summary) {
    return summary.isSweep() ? curves(summary) : bars(summary);
  }

  private static List<Figure> bars(Summary summary) {
    List<BarChart.Group> groups = Charts.bars(summary, Run::throughput, "tokens/s");
    return groups.isEmpty()
        ? List.of()
        : List.of(
            new Figure(
                "Throughput",
                "Tokens/s of all answers together; more is better.",
                Charts.keys(summary, Kind.BAR),
                Charts.chart(Charts.across(summary), "tokens/s", groups)));
  }

  private static List<Figure> curves(Summary summary) {
    List<Series> series = new ArrayList<>();
    List<Key> keys = new ArrayList<>();
    for (Target target : summary.targets()) {
      for (String percentile : List.of("p50", "p99")) {
        boolean second = percentile.equals("p99");
        List<Point> points = points(summary, target, percentile);
        if (!points.isEmpty()) {
          series.add(new Series(target.look(), second, true, points));
          keys.add(
              new Key(
                  target.name() + " " + percentile,
                  target.look(),
                  second ? Kind.DASHED : Kind.LINE));
        }
      }
    }
    if (series.isEmpty()) {
      return List.of();
    }
    List<Point> points = series.stream().flatMap(one -> one.points().stream()).toList();
    Chart chart =
        new LineChart(
            Axis.fromZero("tokens/s", points.stream().map(Point::x).toList()),
            Axis.spanning("request latency, ms", points.stream().map(Point::y).toList()),
            series);
    return List.of(
        new Figure(
            "Throughput against latency",
            "Right is more in all, down is faster for each request. Figures at p50: "
                + summary.unit()
                + "; p99 of the same load is straight above.",
            keys,
            chart));
  }

  private static List<Point> points(Summary summary, Target target, String percentile) {
    List<Point> points = new ArrayList<>();
    for (Level level : summary.levels()) {
      level
          .run(target)
          .ifPresent(
              run -> {
                OptionalDouble x = run.throughput();
                OptionalDouble y = run.metric(LATENCY, percentile);
                if (x.isPresent() && y.isPresent()) {
                  points.add(
                      new Point(
                          x.getAsDouble(),
                          y.getAsDouble(),
                          percentile.equals("p50") ? level.brief() : "",
                          target.name()
                              + ", "
                              + level.label()
                              + ": "
                              + Numbers.measured(x)
                              + " tokens/s, "
                              + percentile
                              + " "
                              + Numbers.measured(y)
                              + " ms"));
                }
              });
    }
    return points;
  }
}

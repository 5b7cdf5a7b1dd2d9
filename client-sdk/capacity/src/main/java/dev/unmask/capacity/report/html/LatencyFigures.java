package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Figure.Key;
import dev.unmask.capacity.report.html.Figure.Kind;
import dev.unmask.capacity.report.html.IntervalChart.Row;
import dev.unmask.capacity.report.html.IntervalChart.Shape;
import dev.unmask.capacity.report.html.IntervalChart.Spot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The percentiles of latencies: bars at a single level, intervals where bars cannot show them. */
final class LatencyFigures {
  private static final List<String> PERCENTILES = List.of("p50", "p90", "p99");
  private static final Map<String, Shape> SHAPES =
      Map.of("p50", Shape.FULL, "p90", Shape.HOLLOW, "p99", Shape.CAP);
  private static final Map<String, Kind> KINDS =
      Map.of("p50", Kind.POINT, "p90", Kind.HOLLOW, "p99", Kind.CAP);

  private LatencyFigures() {}

  /** The figures of those latencies that were measured. */
  static List<Figure> of(Summary summary) {
    return Stream.of("time_to_first_block", "request_latency")
        .flatMap(metric -> figure(summary, metric).stream())
        .toList();
  }

  private static List<Figure> figure(Summary summary, String metric) {
    List<Double> values =
        summary
            .runs()
            .flatMap(run -> PERCENTILES.stream().map(p -> run.metric(metric, p)))
            .flatMap(value -> value.stream().boxed())
            .toList();
    if (values.isEmpty()) {
      return List.of();
    }
    Axis axis = Axis.spanning("ms", values);
    String limit =
        Json.number(summary.json().path("slo").path(metric)).stream()
            .mapToObj(ms -> " Dashed line: the objective of " + Numbers.measured(ms) + " ms.")
            .collect(Collectors.joining());
    String title = Term.title(metric);
    return List.of(
        summary.isSweep() || axis.logarithmic() || !limit.isEmpty()
            ? new Figure(
                title,
                "Percentiles by " + summary.unit() + "; left is faster." + limit,
                keys(summary),
                intervals(summary, metric, values))
            : new Figure(
                title,
                "Percentiles; lower is faster.",
                Charts.keys(summary, Kind.BAR),
                Charts.chart("", "ms", bars(summary, metric))));
  }

  private static List<BarChart.Group> bars(Summary summary, String metric) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (String percentile : PERCENTILES) {
      List<BarChart.Bar> bars =
          summary
              .runs()
              .flatMap(
                  run ->
                      run.metric(metric, percentile).stream()
                          .mapToObj(ms -> Charts.bar(run.target(), percentile, ms, "ms")))
              .toList();
      if (!bars.isEmpty()) {
        groups.add(new BarChart.Group(percentile, bars));
      }
    }
    return groups;
  }

  private static IntervalChart intervals(Summary summary, String metric, List<Double> values) {
    OptionalDouble limit = Json.number(summary.json().path("slo").path(metric));
    List<Double> all = Stream.concat(values.stream(), limit.stream().boxed()).toList();
    List<Row> rows = new ArrayList<>();
    for (Level level : summary.levels()) {
      String label = level.label();
      for (Run run : level.runs()) {
        List<Spot> spots = spots(run, metric);
        if (!spots.isEmpty()) {
          rows.add(new Row(label, run.target().look(), spots, "", words(level, run, metric)));
          label = "";
        }
      }
    }
    return new IntervalChart(Axis.spanning("ms", all), limit, rows);
  }

  private static List<Spot> spots(Run run, String metric) {
    return PERCENTILES.stream()
        .flatMap(p -> run.metric(metric, p).stream().mapToObj(ms -> new Spot(ms, SHAPES.get(p))))
        .toList();
  }

  private static String words(Level level, Run run, String metric) {
    return run.target().name()
        + ", "
        + level.label()
        + ": "
        + PERCENTILES.stream()
            .map(p -> p + " " + Numbers.measured(run.metric(metric, p)) + " ms")
            .collect(Collectors.joining(", "));
  }

  private static List<Key> keys(Summary summary) {
    return summary.targets().stream()
        .flatMap(
            target ->
                PERCENTILES.stream()
                    .map(p -> new Key(target.name() + " " + p, target.look(), KINDS.get(p))))
        .toList();
  }
}

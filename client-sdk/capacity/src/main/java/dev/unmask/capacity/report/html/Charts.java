package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Figure.Key;
import dev.unmask.capacity.report.html.Figure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/** Charts that more than one figure is made of. */
final class Charts {
  private Charts() {}

  /** A bar for each run with the value, level by level. */
  static List<BarChart.Group> bars(
      Summary summary, Function<Run, OptionalDouble> value, String unit) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Level level : summary.levels()) {
      List<BarChart.Bar> bars = new ArrayList<>();
      for (Run run : level.runs()) {
        value
            .apply(run)
            .ifPresent(number -> bars.add(bar(run.target(), level.label(), number, unit)));
      }
      if (!bars.isEmpty()) {
        groups.add(new BarChart.Group(summary.isSweep() ? level.brief() : level.label(), bars));
      }
    }
    return groups;
  }

  /** A bar, its value written above it. */
  static BarChart.Bar bar(Target target, String what, double value, String unit) {
    String number = Numbers.measured(value);
    return new BarChart.Bar(
        target.look(), value, number, target.name() + ", " + what + ": " + number + " " + unit);
  }

  /** Groups with the axis that holds them. */
  static BarChart chart(String across, String upward, List<BarChart.Group> groups) {
    List<Double> values =
        groups.stream().flatMap(group -> group.bars().stream()).map(BarChart.Bar::value).toList();
    return new BarChart(across, Axis.fromZero(upward, values), groups);
  }

  /** What the groups are in a sweep. */
  static String across(Summary summary) {
    return summary.isSweep() ? summary.unit() : "";
  }

  /** A key for each target. */
  static List<Key> keys(Summary summary, Kind kind) {
    return summary.targets().stream()
        .map(target -> new Key(target.name(), target.look(), kind))
        .toList();
  }
}

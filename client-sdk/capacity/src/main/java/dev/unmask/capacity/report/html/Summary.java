package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A capacity run, as the report sees it.
 *
 * @param json all of it
 * @param targets what was measured
 * @param levels the loads, from the first to the last
 */
record Summary(JsonNode json, List<Target> targets, List<Level> levels) {
  /** Reads what is there. */
  static Summary of(JsonNode json) {
    List<Target> targets = new ArrayList<>();
    for (JsonNode target : json.path("targets")) {
      targets.add(target(target, targets.size()));
    }
    List<Level> levels = new ArrayList<>();
    for (JsonNode level : json.path("levels")) {
      levels.add(level(level, targets));
    }
    return new Summary(json, List.copyOf(targets), List.copyOf(levels));
  }

  private static Target target(JsonNode json, int index) {
    return new Target(
        json.path("name").asText(""),
        json.path("description").asText(""),
        json.path("parameters"),
        Look.of(index));
  }

  private static Level level(JsonNode json, List<Target> targets) {
    List<Run> runs = new ArrayList<>();
    for (JsonNode run : json.path("runs")) {
      runs.add(new Run(named(run.path("target").asText(""), targets), run));
    }
    double value = Json.number(json.path("value")).orElse(0);
    return new Level(
        value,
        json.path("label").asText(Numbers.measured(value)),
        List.copyOf(runs),
        Comparison.of(json.path("comparison")));
  }

  /** The target of that name; one that was not announced is taken in. */
  private static Target named(String name, List<Target> targets) {
    return targets.stream()
        .filter(target -> target.name().equals(name))
        .findFirst()
        .orElseGet(
            () -> {
              Target target =
                  new Target(name, "", MissingNode.getInstance(), Look.of(targets.size()));
              targets.add(target);
              return target;
            });
  }

  /** All runs, level by level. */
  Stream<Run> runs() {
    return levels.stream().flatMap(level -> level.runs().stream());
  }

  /** The runs of a target. */
  Stream<Run> runs(Target target) {
    return runs().filter(run -> run.target().equals(target));
  }

  /** Whether there is more than one level. */
  boolean isSweep() {
    return levels.size() > 1;
  }

  /** What the number of a level counts. */
  String unit() {
    return switch (json.path("load").path("kind").asText()) {
      case "closed" -> "users in parallel";
      case "constant", "poisson", "bursty" -> "requests/s sent";
      default -> "load";
    };
  }
}

package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a sweep of decoding parameters came to.
 *
 * @param targets combinations of parameters
 * @param frontier those that no other beats in score and speed
 * @param chosen the one that was chosen
 */
record Tuning(List<Target> targets, List<Target> frontier, Target chosen) {
  /** That of a summary; empty where it is none of such a sweep. */
  static Optional<Tuning> of(Summary summary) {
    String chosen = summary.json().path("chosen").asText("");
    List<String> names = new ArrayList<>();
    summary.json().path("frontier").forEach(name -> names.add(name.asText("")));
    List<Target> frontier =
        summary.targets().stream().filter(target -> names.contains(target.name())).toList();
    return summary.targets().stream()
        .filter(target -> target.name().equals(chosen))
        .findFirst()
        .map(target -> new Tuning(summary.targets(), frontier, target));
  }

  /** What tells a combination from the others, such as {@code skip_threshold=0.7}. */
  String words(Target target) {
    TreeSet<String> names = new TreeSet<>();
    for (Target one : targets) {
      for (String name : Json.names(one.parameters())) {
        JsonNode value = one.parameters().path(name);
        if (targets.stream().anyMatch(other -> !value.equals(other.parameters().path(name)))) {
          names.add(name);
        }
      }
    }
    return names.stream()
        .map(name -> name + "=" + Json.words(target.parameters().path(name)))
        .collect(Collectors.joining(", "));
  }
}

package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/**
 * A target at a level.
 *
 * @param target what was measured
 * @param json all of its figures
 */
record Run(Target target, JsonNode json) {
  /** A figure of the run itself. */
  OptionalDouble number(String name) {
    return Json.number(json.path(name));
  }

  /** A figure of a part of the run. */
  OptionalDouble number(String part, String name) {
    return Json.number(json.path(part).path(name));
  }

  /** The statistic of a metric, such as {@code p99}. */
  OptionalDouble metric(String name, String statistic) {
    return Json.number(json.path("metrics").path(name).path(statistic));
  }

  /** Tokens per second of all answers together. */
  OptionalDouble throughput() {
    return number("output_token_throughput");
  }

  /** The mean score. */
  OptionalDouble score() {
    return number("score", "mean");
  }

  /** The mean score in words. */
  String scoreWords() {
    return json.has("score_error") ? "failed" : Numbers.score(score());
  }

  /** How many requests failed. */
  long failures() {
    return (long)
        Json.numbers(json.path("errors")).values().stream().mapToDouble(count -> count).sum();
  }
}

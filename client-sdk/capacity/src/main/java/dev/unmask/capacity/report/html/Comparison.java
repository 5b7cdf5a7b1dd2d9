package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The first target against the second at a level.
 *
 * @param ratio tokens per second of the first over those of the second
 * @param low the lower end of the ratio's interval
 * @param high the upper end
 * @param pairs how many measurements were paired
 * @param scoreDifference score of the first less that of the second
 * @param scoreMargin what the difference may be
 * @param comparable whether the scores are close enough for the speeds to be compared
 */
record Comparison(
    double ratio,
    double low,
    double high,
    OptionalDouble pairs,
    OptionalDouble scoreDifference,
    OptionalDouble scoreMargin,
    boolean comparable) {

  /** The comparison in JSON, where there is a ratio in it. */
  static Optional<Comparison> of(JsonNode json) {
    OptionalDouble ratio = Json.number(json.path("ratio"));
    if (ratio.isEmpty()) {
      return Optional.empty();
    }
    double middle = ratio.getAsDouble();
    return Optional.of(
        new Comparison(
            middle,
            Json.number(json.path("low")).orElse(middle),
            Json.number(json.path("high")).orElse(middle),
            Json.number(json.path("pairs")),
            Json.number(json.path("score_difference")),
            Json.number(json.path("score_margin")),
            json.path("comparable").asBoolean()));
  }

  /** The ratio with its interval. */
  String speed() {
    return Numbers.ratio(ratio) + interval();
  }

  /** The interval in brackets, or nothing where there is none. */
  String interval() {
    return low == high ? "" : " (" + Numbers.ratio(low) + " to " + Numbers.ratio(high) + ")";
  }

  /** The difference of the scores, for beside the ratio. */
  String score() {
    return scoreDifference.isPresent()
        ? "score " + Numbers.signedScore(scoreDifference.getAsDouble())
        : "no score";
  }
}

package dev.unmask.capacity.report.html;

import dev.unmask.capacity.measure.Measure;
import java.util.List;
import java.util.Locale;

/**
 * A word of the report with its meaning.
 *
 * @param key its name in the summary
 * @param title its name in words
 * @param meaning one line
 */
record Term(String key, String title, String meaning) {
  /** Those with percentiles, in the order of an answer's life. */
  static final List<Term> METRICS =
      List.of(
          of(Measure.QUEUE_TIME, "Queue time"),
          of(Measure.TIME_TO_FIRST_BLOCK, "Time to first block"),
          of(Measure.INTER_CHUNK_LATENCY, "Inter-chunk latency"),
          of(Measure.INTER_TOKEN_LATENCY, "Inter-token latency"),
          of(Measure.REQUEST_LATENCY, "Request latency"),
          of(Measure.OUTPUT_TOKEN_THROUGHPUT_PER_REQUEST, "Tokens/s of a request"),
          of(Measure.OUTPUT_TOKEN_THROUGHPUT_PER_USER, "Tokens/s of a user"),
          of(Measure.INPUT_SEQUENCE_LENGTH, "Input length"),
          of(Measure.OUTPUT_SEQUENCE_LENGTH, "Output length"));

  private static Term of(Measure measure, String title) {
    String meaning = measure.definition();
    return new Term(
        measure.tag(),
        title,
        meaning.substring(0, 1).toUpperCase(Locale.ROOT) + meaning.substring(1) + ".");
  }

  /** Those of a whole run and of decoding. */
  static final List<Term> OTHERS =
      List.of(
          new Term(
              "output_token_throughput",
              "Tokens/s",
              "Tokens of all answers divided by the duration."),
          new Term(
              "request_throughput", "Requests/s", "Answered requests divided by the duration."),
          new Term(
              "goodput", "Goodput", "Requests/s that kept every limit of the service objective."),
          new Term(
              "forward_passes", "Forward passes", "Passes of the model for an answer, on average."),
          new Term(
              "tokens_per_pass", "Tokens per pass", "Tokens of an answer for each forward pass."),
          new Term(
              "query_tokens",
              "Query tokens",
              "Positions that were computed for an answer in all of its passes."),
          new Term(
              "wasted_positions",
              "Wasted positions",
              "Share of the computed positions that are neither a new token of a prompt nor one of an"
                  + " answer."),
          new Term(
              "reused_tokens", "Reused tokens", "Prompt tokens whose cache entries were reused."),
          new Term("score", "Score", "Share of the answers that are right, by task."),
          new Term(
              "ratio",
              "Ratio",
              "Tokens/s of the first target over those of the second, from paired measurements;"
                  + " the interval holds it with 95% confidence."),
          new Term(
              "score_margin",
              "Margin",
              "The difference in score up to which two speeds count as comparable."),
          new Term(
              "steady",
              "Steady",
              "Whether the rates of three parts of every run lay within 15% of their mean."),
          new Term(
              "driver",
              "Driver",
              "The process that sends the load; where it is the bottleneck, targets may be faster"
                  + " than shown."));

  /** A name of the summary in words. */
  static String title(String key) {
    return METRICS.stream()
        .filter(measure -> measure.key().equals(key))
        .map(Term::title)
        .findFirst()
        .orElse(key.replace('_', ' '));
  }
}

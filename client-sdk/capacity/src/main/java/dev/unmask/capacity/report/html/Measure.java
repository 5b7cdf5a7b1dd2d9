package dev.unmask.capacity.report.html;

import java.util.List;

/**
 * A measure with its meaning.
 *
 * @param key its name in the summary
 * @param title its name in words
 * @param meaning one line
 */
record Measure(String key, String title, String meaning) {
  /** Those with percentiles, in the order of an answer's life. */
  static final List<Measure> METRICS =
      List.of(
          new Measure(
              "queue_time", "Queue time", "From the request's arrival to its first forward pass."),
          new Measure(
              "time_to_first_block",
              "Time to first block",
              "From sending the request to the first text that arrives."),
          new Measure(
              "inter_chunk_latency",
              "Inter-chunk latency",
              "Time between two pieces of text that follow each other, as they arrive."),
          new Measure(
              "inter_token_latency",
              "Inter-token latency",
              "Time from the first text to the last, divided by the tokens after the first text."),
          new Measure(
              "request_latency",
              "Request latency",
              "From sending the request to the end of its answer."),
          new Measure(
              "output_token_throughput_per_request",
              "Tokens/s of a request",
              "Tokens of an answer divided by its request latency."),
          new Measure(
              "output_token_throughput_per_user",
              "Tokens/s of a user",
              "One divided by the inter-token latency: how fast text comes once it has begun."),
          new Measure("input_sequence_length", "Input length", "Tokens of the prompt."),
          new Measure("output_sequence_length", "Output length", "Tokens of the answer."));

  /** Those of a whole run and of decoding. */
  static final List<Measure> OTHERS =
      List.of(
          new Measure(
              "output_token_throughput",
              "Tokens/s",
              "Tokens of all answers divided by the duration."),
          new Measure(
              "request_throughput", "Requests/s", "Finished requests divided by the duration."),
          new Measure(
              "goodput", "Goodput", "Requests/s that kept every limit of the service objective."),
          new Measure(
              "forward_passes", "Forward passes", "Passes of the model for an answer, on average."),
          new Measure(
              "tokens_per_pass", "Tokens per pass", "Tokens of an answer for each forward pass."),
          new Measure(
              "query_tokens",
              "Query tokens",
              "Positions that were computed for an answer in all of its passes."),
          new Measure(
              "wasted_positions",
              "Wasted positions",
              "Share of the computed positions that committed no token."),
          new Measure(
              "reused_tokens", "Reused tokens", "Prompt tokens whose cache entries were reused."),
          new Measure("score", "Score", "Share of the answers that are right, by task."),
          new Measure(
              "ratio",
              "Ratio",
              "Tokens/s of the first target over those of the second, from paired measurements;"
                  + " the interval holds it with 95% confidence."),
          new Measure(
              "score_margin",
              "Margin",
              "The difference in score up to which two speeds count as comparable."),
          new Measure(
              "steady", "Steady", "Whether the measures no longer drifted while they were taken."),
          new Measure(
              "driver",
              "Driver",
              "The process that sends the load; where it is the bottleneck, targets may be faster"
                  + " than shown."));

  /** A name of the summary in words. */
  static String title(String key) {
    return METRICS.stream()
        .filter(measure -> measure.key().equals(key))
        .map(Measure::title)
        .findFirst()
        .orElse(key.replace('_', ' '));
  }
}

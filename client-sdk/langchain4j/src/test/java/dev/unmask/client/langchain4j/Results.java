package dev.unmask.client.langchain4j;

import dev.unmask.client.FinishReason;
import dev.unmask.client.GenerateResult;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/** Results of the client for tests. */
final class Results {
  static final GenerateResult.DecodingStatistics DECODING =
      new GenerateResult.DecodingStatistics(4, 64, 0, 12);
  static final GenerateResult.Timings TIMINGS =
      new GenerateResult.Timings(
          Instant.EPOCH,
          Instant.EPOCH.plusMillis(1),
          Instant.EPOCH.plusMillis(2),
          Instant.EPOCH.plusMillis(3));

  private Results() {}

  static GenerateResult of(String text, FinishReason reason) {
    return result("id", text, reason, new GenerateResult.Usage(5, 12), TIMINGS, DECODING);
  }

  /** A server's that says no more than it has to. */
  static GenerateResult bare(String text) {
    return result("", text, FinishReason.UNKNOWN, null, null, null);
  }

  private static GenerateResult result(
      String id,
      String text,
      FinishReason reason,
      GenerateResult.Usage usage,
      GenerateResult.Timings timings,
      GenerateResult.DecodingStatistics decoding) {
    return new GenerateResult(
        id,
        "m",
        "1",
        text,
        new int[0],
        List.of(),
        OptionalDouble.empty(),
        reason,
        usage,
        timings,
        decoding);
  }
}

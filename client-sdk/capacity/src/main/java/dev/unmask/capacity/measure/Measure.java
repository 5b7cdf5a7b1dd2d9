package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.Sample;
import dev.unmask.capacity.targets.Answer;
import java.util.Locale;
import java.util.function.ObjDoubleConsumer;

/**
 * What is measured of every request, by the names and definitions of AIPerf. Times are the
 * client's, in milliseconds, and count from when the request was to be sent. A chunk is what the
 * target streamed at once: of a diffusion model a block or more, of an autoregressive one mostly a
 * token.
 */
public enum Measure {
  /** From the start to the first text; of a block diffusion model the time to its first block. */
  TIME_TO_FIRST_BLOCK("ms", "time from start to the first text"),
  /** Gaps between chunks; one value a gap. */
  INTER_CHUNK_LATENCY("ms", "gap between two chunks of text that follow one another"),
  /**
   * Time between tokens: what is left after the first chunk, shared by the tokens after the first.
   */
  INTER_TOKEN_LATENCY("ms", "(request_latency - time_to_first_block) / (tokens - 1)"),
  /** From the start to the end. */
  REQUEST_LATENCY("ms", "time from start to the end of the answer"),
  /** From arrival at the server to the first forward pass, as the server says. */
  QUEUE_TIME("ms", "time in the server before the first forward pass, by its clock"),
  /** Tokens of an answer by its latency. */
  OUTPUT_TOKEN_THROUGHPUT_PER_REQUEST("tokens/s", "tokens / request_latency"),
  /** What a user sees once the answer has begun. */
  OUTPUT_TOKEN_THROUGHPUT_PER_USER("tokens/s", "1 / inter_token_latency"),
  /** Tokens of the prompt. */
  INPUT_SEQUENCE_LENGTH("tokens", "tokens of the prompt"),
  /** Tokens of the answer. */
  OUTPUT_SEQUENCE_LENGTH("tokens", "tokens of the answer");

  private static final double MILLI = 1e6;

  private final String unit;
  private final String definition;

  Measure(String unit, String definition) {
    this.unit = unit;
    this.definition = definition;
  }

  /** Its name in files. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its unit. */
  public String unit() {
    return unit;
  }

  /** What it is, in a line. */
  public String definition() {
    return definition;
  }

  /**
   * The values of one request that was answered.
   *
   * @param to told every value; a request may have none, and several of {@link
   *     #INTER_CHUNK_LATENCY}
   */
  public static void of(Sample sample, ObjDoubleConsumer<Measure> to) {
    Answer answer = sample.answer();
    double latency = (sample.endNanos() - sample.scheduledNanos()) / MILLI;
    to.accept(REQUEST_LATENCY, latency);
    long tokens = answer.outputTokens();
    if (tokens >= 0) {
      to.accept(OUTPUT_SEQUENCE_LENGTH, tokens);
      to.accept(OUTPUT_TOKEN_THROUGHPUT_PER_REQUEST, tokens * 1e3 / latency);
    }
    if (answer.promptTokens() >= 0) {
      to.accept(INPUT_SEQUENCE_LENGTH, answer.promptTokens());
    }
    if (answer.queueNanos() >= 0) {
      to.accept(QUEUE_TIME, answer.queueNanos() / MILLI);
    }
    if (sample.chunks() == 0) {
      return;
    }
    double first = (sample.chunkNanos(0) - sample.scheduledNanos()) / MILLI;
    to.accept(TIME_TO_FIRST_BLOCK, first);
    for (int i = 1; i < sample.chunks(); i++) {
      to.accept(INTER_CHUNK_LATENCY, (sample.chunkNanos(i) - sample.chunkNanos(i - 1)) / MILLI);
    }
    // An answer of one chunk has no time between its tokens.
    if (tokens > 1 && sample.chunks() > 1) {
      double between = (latency - first) / (tokens - 1);
      to.accept(INTER_TOKEN_LATENCY, between);
      to.accept(OUTPUT_TOKEN_THROUGHPUT_PER_USER, 1e3 / between);
    }
  }
}

package dev.unmask.request;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The outputs of a served model, in the order of its configuration: which responses carry each, and
 * how it is made. Every one is a flat tensor with one element, except {@link #OUTPUT_IDS}.
 */
enum Output {
  TEXT_OUTPUT(Carrier.CONTENT, (name, content) -> Tensor.ofStrings(name, content.text())),
  FINISH_REASON(
      Carrier.LAST,
      (name, content) -> Tensor.ofStrings(name, content.result().finishReason().id())),
  CUMULATIVE_LOGPROB(
      Carrier.LAST,
      (name, content) -> Tensor.ofFloats(name, (float) content.result().cumulativeLogprob())),
  LOGPROBS(
      Carrier.CONTENT,
      (name, content) -> Tensor.ofStrings(name, ResponseJson.logprobs(content.delta()))),
  NUM_INPUT_TOKENS(
      Carrier.LAST,
      (name, content) -> Tensor.ofUnsignedInts(name, content.result().promptTokens())),
  NUM_OUTPUT_TOKENS(
      Carrier.CONTENT, (name, content) -> Tensor.ofUnsignedInts(name, content.newTokens())),
  OUTPUT_IDS(Carrier.CONTENT, (name, content) -> Tensor.ofInts(name, content.delta().tokenIds())),
  ARRIVAL_TIME_NS(Carrier.LAST, time(GenerationResult.Timing::arrivalNanos)),
  FIRST_SCHEDULED_TIME_NS(Carrier.LAST, time(GenerationResult.Timing::firstScheduledNanos)),
  FIRST_TOKEN_TIME_NS(Carrier.LAST, time(GenerationResult.Timing::firstTokenNanos)),
  LAST_TOKEN_TIME_NS(Carrier.LAST, time(GenerationResult.Timing::lastTokenNanos)),
  NUM_FORWARD_PASSES(
      Carrier.LAST,
      (name, content) -> Tensor.ofUnsignedInts(name, content.result().forwardPasses())),
  NUM_QUERY_TOKENS(
      Carrier.LAST,
      (name, content) -> Tensor.ofUnsignedLongs(name, content.result().queryTokens())),
  NUM_REUSED_TOKENS(
      Carrier.LAST,
      (name, content) -> Tensor.ofUnsignedInts(name, content.result().reusedTokens())),
  BLOCK_SNAPSHOT(
      Carrier.SNAPSHOT,
      (name, content) -> Tensor.ofStrings(name, ResponseJson.snapshot(content.snapshot())));

  /** Responses that carry an output. */
  private enum Carrier {
    /** All that bring text or tokens. */
    CONTENT,
    /** The last one. */
    LAST,
    /** Snapshots. */
    SNAPSHOT;

    boolean carries(ResponseContent content) {
      return switch (this) {
        case CONTENT -> content.delta() != null;
        case LAST -> content.result() != null;
        case SNAPSHOT -> content.snapshot() != null;
      };
    }
  }

  private final String id = name().toLowerCase(Locale.ROOT);
  private final Carrier carrier;
  private final BiFunction<String, ResponseContent, Tensor> maker;

  Output(Carrier carrier, BiFunction<String, ResponseContent, Tensor> maker) {
    this.carrier = carrier;
    this.maker = maker;
  }

  private static BiFunction<String, ResponseContent, Tensor> time(
      Function<GenerationResult.Timing, Long> nanos) {
    return (name, content) -> Tensor.ofLongs(name, nanos.apply(content.result().timing()));
  }

  /** Name of the tensor. */
  String id() {
    return id;
  }

  /** Whether only the last response carries it. */
  boolean isLastOnly() {
    return carrier == Carrier.LAST;
  }

  /** The tensors of a response: those of the wanted outputs that it carries. */
  static List<Tensor> tensors(EnumSet<Output> wanted, ResponseContent content) {
    List<Tensor> tensors = new ArrayList<>(wanted.size());
    for (Output output : wanted) {
      if (output.carrier.carries(content)) {
        tensors.add(output.maker.apply(output.id, content));
      }
    }
    return tensors;
  }
}

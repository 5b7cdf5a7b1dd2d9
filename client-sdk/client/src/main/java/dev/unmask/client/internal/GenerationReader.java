package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.client.FinishReason;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerateResult.DecodingStatistics;
import dev.unmask.client.GenerateResult.Timings;
import dev.unmask.client.GenerateResult.Usage;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.GenerationEvent.PlacedToken;
import dev.unmask.client.ModelFormat;
import dev.unmask.client.TokenLogprob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Turns the responses of one generation into events, and adds them up. One thread at a time. */
final class GenerationReader {
  private static final int[] NO_IDS = {};

  private final GenerateRequest request;
  private final StringBuilder text = new StringBuilder();
  private final List<TokenLogprob> logprobs = new ArrayList<>();
  private int[] ids = NO_IDS;
  private int idCount;
  private long promptTokens = -1;
  private long outputTokens = -1;
  private double cumulativeLogprob = Double.NaN;
  private FinishReason finishReason;
  private Timings timings;
  private long forwardPasses = -1;
  private long queryTokens;
  private long reusedTokens;
  private String requestId;
  private String model;
  private String modelVersion = "";
  private boolean any;

  GenerationReader(GenerateRequest request) {
    this.request = request;
    requestId = request.requestId();
    model = request.model();
  }

  /** Reads a response. */
  void read(Outputs outputs, Consumer<GenerationEvent> sink) {
    String snapshot = outputs.text("block_snapshot");
    if (snapshot != null && !snapshot.isEmpty()) {
      sink.accept(snapshot(Json.read(snapshot, "output 'block_snapshot'")));
      return;
    }
    any = true;
    readEnd(outputs);
    String delta = outputs.text("text_output");
    int[] newIds = outputs.ints("output_ids");
    String newLogprobs = request.wantsLogprobs() ? outputs.text("logprobs") : null;
    List<TokenLogprob> read = newLogprobs == null ? List.of() : logprobs(newLogprobs);
    if (delta == null && newIds == null && read.isEmpty()) {
      return;
    }
    append(delta, newIds, read);
    boolean empty =
        (delta == null || delta.isEmpty())
            && (newIds == null || newIds.length == 0)
            && read.isEmpty();
    if (!empty) {
      sink.accept(
          new GenerationEvent.Delta(
              delta == null ? "" : delta, newIds == null ? NO_IDS : newIds, read));
    }
  }

  private void append(String delta, int[] newIds, List<TokenLogprob> read) {
    if (delta != null) {
      text.append(delta);
    }
    if (newIds != null) {
      int needed = idCount + newIds.length;
      if (needed > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(needed, 2 * ids.length));
      }
      System.arraycopy(newIds, 0, ids, idCount, newIds.length);
      idCount = needed;
    }
    logprobs.addAll(read);
  }

  /** What is told once, or adds up. */
  private void readEnd(Outputs outputs) {
    if (!outputs.requestId().isEmpty()) {
      requestId = outputs.requestId();
    }
    if (!outputs.model().isEmpty()) {
      model = outputs.model();
      modelVersion = outputs.modelVersion();
    }
    String reason = outputs.text("finish_reason");
    if (reason != null && !reason.isEmpty() && !reason.equals("null")) {
      finishReason = finishReason(reason);
    }
    promptTokens = Math.max(promptTokens, outputs.integer("num_input_tokens", -1));
    long counted = outputs.integer("num_output_tokens", -1);
    if (counted >= 0) {
      boolean adds = request.format() != ModelFormat.TENSORRT_LLM;
      outputTokens = adds ? Math.max(outputTokens, 0) + counted : counted;
    }
    double sum = outputs.number("cumulative_logprob");
    if (!Double.isNaN(sum)) {
      // vLLM's streams give what each response adds, others give the sum at the end.
      boolean adds = request.format() == ModelFormat.VLLM && !Double.isNaN(cumulativeLogprob);
      cumulativeLogprob = adds ? cumulativeLogprob + sum : sum;
    }
    long passes = outputs.integer("num_forward_passes", -1);
    if (passes >= 0) {
      forwardPasses = passes;
      queryTokens = outputs.integer("num_query_tokens", 0);
      reusedTokens = outputs.integer("num_reused_tokens", 0);
    }
    long last = outputs.integer("last_token_time_ns", -1);
    if (last >= 0) {
      timings =
          new Timings(
              instant(outputs.integer("arrival_time_ns", 0)),
              instant(outputs.integer("first_scheduled_time_ns", 0)),
              instant(outputs.integer("first_token_time_ns", 0)),
              instant(last));
    }
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
  }

  private static FinishReason finishReason(String reason) {
    return switch (reason) {
      case "stop" -> FinishReason.STOP;
      case "length" -> FinishReason.LENGTH;
      case "cancelled", "abort" -> FinishReason.CANCELLED;
      default -> FinishReason.UNKNOWN;
    };
  }

  /**
   * All responses were read.
   *
   * @throws ReadException where the answer is not complete
   */
  void end(Consumer<GenerationEvent> sink) {
    if (!any) {
      throw ReadException.protocol("the server gave no response");
    }
    if (finishReason == null && request.format() == ModelFormat.UNMASK) {
      throw ReadException.protocol("responses ended before output 'finish_reason' came");
    }
    sink.accept(new GenerationEvent.Finished(result()));
  }

  private GenerateResult result() {
    long counted = outputTokens >= 0 ? outputTokens : idCount;
    return new GenerateResult(
        requestId,
        model,
        modelVersion,
        text.toString(),
        Arrays.copyOf(ids, idCount),
        logprobs,
        Double.isNaN(cumulativeLogprob)
            ? OptionalDouble.empty()
            : OptionalDouble.of(cumulativeLogprob),
        finishReason == null ? FinishReason.UNKNOWN : finishReason,
        promptTokens < 0 ? null : new Usage(promptTokens, counted),
        timings,
        forwardPasses < 0
            ? null
            : new DecodingStatistics(forwardPasses, queryTokens, reusedTokens, counted));
  }

  private static GenerationEvent.Snapshot snapshot(JsonNode json) {
    JsonNode positions = json.path("positions");
    List<PlacedToken> tokens = new ArrayList<>(positions.size());
    for (int i = 0; i < positions.size(); i++) {
      tokens.add(
          new PlacedToken(
              positions.get(i).asInt(),
              json.path("token_ids").path(i).asInt(),
              json.path("texts").path(i).asText()));
    }
    return new GenerationEvent.Snapshot(
        json.path("revision").asInt(),
        json.path("length").asInt(),
        tokens,
        json.path("committed_to").asInt(),
        json.path("elapsed_us").asLong());
  }

  /** A list with an object per token, the token itself first, then its alternatives. */
  private static List<TokenLogprob> logprobs(String text) {
    JsonNode json = Json.read(text, "output 'logprobs'");
    List<TokenLogprob> tokens = new ArrayList<>(json.size());
    for (JsonNode token : json) {
      List<TokenLogprob> entries = new ArrayList<>(token.size());
      for (Map.Entry<String, JsonNode> entry : token.properties()) {
        entries.add(logprob(entry.getKey(), entry.getValue(), List.of()));
      }
      if (!entries.isEmpty()) {
        TokenLogprob own = entries.get(0);
        tokens.add(
            new TokenLogprob(
                own.tokenId(),
                own.text(),
                own.logprob(),
                own.rank(),
                entries.subList(1, entries.size())));
      }
    }
    return tokens;
  }

  private static TokenLogprob logprob(String id, JsonNode entry, List<TokenLogprob> alternatives) {
    try {
      return new TokenLogprob(
          Integer.parseInt(id),
          entry.path("decoded_token").asText(),
          entry.path("logprob").asDouble(),
          entry.path("rank").asInt(),
          alternatives);
    } catch (NumberFormatException e) {
      throw ReadException.protocol("output 'logprobs' has token id '" + id + "'");
    }
  }
}

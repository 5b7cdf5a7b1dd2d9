package dev.unmask.request;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.StringWriter;

/** Writes outputs whose elements are JSON. */
final class ResponseJson {
  /** Stands for the logarithm of zero, which JSON cannot write. */
  private static final double LEAST_LOGPROB = -9999;

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private ResponseJson() {}

  /**
   * The log-probabilities of new tokens: a list with an object per token, whose keys are token ids,
   * the token itself first, and whose values have {@code logprob}, {@code rank} (null where it is
   * not known) and {@code decoded_token}. {@code null} where there are tokens and no
   * log-probabilities.
   */
  static String logprobs(GenerationDelta delta) {
    if (delta.logprobs().isEmpty() && delta.tokenIds().length > 0) {
      return "null";
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartArray();
      for (TokenLogprob token : delta.logprobs()) {
        json.writeStartObject();
        member(json, token);
        for (TokenLogprob alternative : token.alternatives()) {
          if (alternative.tokenId() != token.tokenId()) {
            member(json, alternative);
          }
        }
        json.writeEndObject();
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw failed("logprobs", e);
    }
    return text.toString();
  }

  private static void member(JsonGenerator json, TokenLogprob token) throws IOException {
    json.writeObjectFieldStart(Integer.toString(token.tokenId()));
    json.writeNumberField("logprob", Math.max(token.logprob(), LEAST_LOGPROB));
    if (token.rank() > 0) {
      json.writeNumberField("rank", token.rank());
    } else {
      json.writeNullField("rank");
    }
    json.writeStringField("decoded_token", token.text());
    json.writeEndObject();
  }

  /**
   * A snapshot as an object with {@code revision}, {@code length}, {@code positions}, {@code
   * token_ids}, {@code texts}, {@code committed_to} and {@code elapsed_us}.
   */
  static String snapshot(BlockSnapshot snapshot) {
    try {
      return JSON.writeValueAsString(snapshot);
    } catch (IOException e) {
      throw failed("block_snapshot", e);
    }
  }

  private static UnmaskException failed(String output, IOException e) {
    return new UnmaskException(
        ErrorCode.INTERNAL, "output '" + output + "' cannot be written: " + e.getMessage(), e);
  }
}

package dev.unmask.server.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.request.GenerationDelta;
import dev.unmask.request.GenerationResult;
import dev.unmask.request.TokenLogprob;
import java.io.IOException;
import java.util.List;

/** Writes one answer, at once or in chunks. One thread at a time. */
final class AnswerWriter {
  private final CompletionApi api;
  private final AnswerIdentity identity;
  private final ChoiceWriter choice;
  private final boolean withLogprobs;
  private final boolean withUsage;

  AnswerWriter(CompletionApi api, AnswerIdentity identity, ApiRequest request) {
    this.api = api;
    this.identity = identity;
    choice = api.choice(request);
    withLogprobs = request.input().logprobs() >= 0;
    withUsage = request.includeUsage();
  }

  /** Whether a delta has anything that a chunk would show. */
  boolean shows(GenerationDelta delta) {
    return !delta.text().isEmpty() || (withLogprobs && !delta.logprobs().isEmpty());
  }

  /**
   * Writes the complete answer.
   *
   * @param all the answer's text and log-probabilities
   */
  void whole(JsonGenerator json, GenerationDelta all, GenerationResult result) throws IOException {
    begin(json, api.object());
    choice(
        json, () -> choice.whole(json, result.text()), all.logprobs(), result.finishReason().id());
    usage(json, result);
    json.writeEndObject();
  }

  /** Whether a stream begins with {@link #opening}. */
  boolean hasOpening() {
    return choice.hasOpening();
  }

  /** Writes the first chunk. */
  void opening(JsonGenerator json) throws IOException {
    chunk(json, () -> choice.opening(json), null, null);
  }

  /** Writes what a delta brought. */
  void delta(JsonGenerator json, GenerationDelta delta) throws IOException {
    chunk(json, () -> choice.delta(json, delta.text()), delta.logprobs(), null);
  }

  /** Writes why the answer ended. */
  void closing(JsonGenerator json, GenerationResult result) throws IOException {
    chunk(json, () -> choice.closing(json), null, result.finishReason().id());
  }

  /** Whether a stream ends with {@link #usageChunk}. */
  boolean hasUsage() {
    return withUsage;
  }

  /** Writes the chunk of token counts. */
  void usageChunk(JsonGenerator json, GenerationResult result) throws IOException {
    begin(json, api.chunkObject());
    json.writeArrayFieldStart("choices");
    json.writeEndArray();
    usage(json, result);
    json.writeEndObject();
  }

  private interface Content {
    void write() throws IOException;
  }

  private void chunk(
      JsonGenerator json, Content content, List<TokenLogprob> logprobs, String finishReason)
      throws IOException {
    begin(json, api.chunkObject());
    choice(json, content, logprobs, finishReason);
    if (withUsage) {
      json.writeNullField("usage");
    }
    json.writeEndObject();
  }

  private void begin(JsonGenerator json, String object) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", identity.id());
    json.writeStringField("object", object);
    json.writeNumberField("created", identity.created());
    json.writeStringField("model", identity.model());
    json.writeStringField("system_fingerprint", identity.systemFingerprint());
  }

  private void choice(
      JsonGenerator json, Content content, List<TokenLogprob> logprobs, String finishReason)
      throws IOException {
    json.writeArrayFieldStart("choices");
    json.writeStartObject();
    json.writeNumberField("index", 0);
    content.write();
    json.writeFieldName("logprobs");
    if (withLogprobs && logprobs != null) {
      choice.logprobs(json, logprobs);
    } else {
      json.writeNull();
    }
    json.writeStringField("finish_reason", finishReason);
    json.writeEndObject();
    json.writeEndArray();
  }

  private static void usage(JsonGenerator json, GenerationResult result) throws IOException {
    int completion = result.tokenIds().length;
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", result.promptTokens());
    json.writeNumberField("completion_tokens", completion);
    json.writeNumberField("total_tokens", result.promptTokens() + completion);
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", result.reusedTokens());
    json.writeEndObject();
    json.writeEndObject();
  }
}

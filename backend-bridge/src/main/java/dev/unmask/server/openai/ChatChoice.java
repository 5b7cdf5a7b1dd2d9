package dev.unmask.server.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.request.TokenLogprob;
import java.io.IOException;
import java.util.List;

/** A choice of chat completions: a message, or a delta of one. */
final class ChatChoice implements ChoiceWriter {
  private static final String CONTENT = "content";

  @Override
  public void whole(JsonGenerator json, String text) throws IOException {
    json.writeObjectFieldStart("message");
    message(json, text);
    json.writeEndObject();
  }

  @Override
  public boolean hasOpening() {
    return true;
  }

  @Override
  public void opening(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("delta");
    message(json, "");
    json.writeEndObject();
  }

  private static void message(JsonGenerator json, String text) throws IOException {
    json.writeStringField("role", "assistant");
    json.writeStringField(CONTENT, text);
    json.writeNullField("refusal");
  }

  @Override
  public void delta(JsonGenerator json, String text) throws IOException {
    json.writeObjectFieldStart("delta");
    json.writeStringField(CONTENT, text);
    json.writeEndObject();
  }

  @Override
  public void closing(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("delta");
    json.writeEndObject();
  }

  @Override
  public void logprobs(JsonGenerator json, List<TokenLogprob> tokens) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart(CONTENT);
    for (TokenLogprob token : tokens) {
      json.writeStartObject();
      members(json, token);
      json.writeArrayFieldStart("top_logprobs");
      for (TokenLogprob alternative : token.alternatives()) {
        json.writeStartObject();
        members(json, alternative);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNullField("refusal");
    json.writeEndObject();
  }

  private static void members(JsonGenerator json, TokenLogprob token) throws IOException {
    json.writeStringField("token", token.text());
    json.writeNumberField("logprob", Logprobs.finite(token.logprob()));
    json.writeArrayFieldStart("bytes");
    for (byte b : token.bytes()) {
      json.writeNumber(b & 0xff);
    }
    json.writeEndArray();
  }
}

package dev.unmask.server.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.request.TokenLogprob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A choice of completions: a text, or a part of one. */
final class TextChoice implements ChoiceWriter {
  private static final String TEXT = "text";

  private final String echo;

  /** Characters (Unicode code points) that began in tokens written so far. */
  private int characters;

  /**
   * @param echo what the text begins with
   */
  TextChoice(String echo) {
    this.echo = echo;
  }

  @Override
  public void whole(JsonGenerator json, String text) throws IOException {
    json.writeStringField(TEXT, echo + text);
  }

  @Override
  public boolean hasOpening() {
    return !echo.isEmpty();
  }

  @Override
  public void opening(JsonGenerator json) throws IOException {
    json.writeStringField(TEXT, echo);
  }

  @Override
  public void delta(JsonGenerator json, String text) throws IOException {
    json.writeStringField(TEXT, text);
  }

  @Override
  public void closing(JsonGenerator json) throws IOException {
    json.writeStringField(TEXT, "");
  }

  @Override
  public void logprobs(JsonGenerator json, List<TokenLogprob> tokens) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("tokens");
    for (TokenLogprob token : tokens) {
      json.writeString(name(token));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("token_logprobs");
    for (TokenLogprob token : tokens) {
      json.writeNumber(Logprobs.finite(token.logprob()));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("top_logprobs");
    for (TokenLogprob token : tokens) {
      json.writeStartObject();
      for (Map.Entry<String, Double> entry : byName(token).entrySet()) {
        json.writeNumberField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("text_offset");
    for (TokenLogprob token : tokens) {
      json.writeNumber(offset(token));
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The token and its alternatives; of tokens with the same name the first. */
  private static Map<String, Double> byName(TokenLogprob token) {
    Map<String, Double> logprobs = new LinkedHashMap<>();
    logprobs.put(name(token), Logprobs.finite(token.logprob()));
    for (TokenLogprob alternative : token.alternatives()) {
      logprobs.putIfAbsent(name(alternative), Logprobs.finite(alternative.logprob()));
    }
    return logprobs;
  }

  /** A token's text, or its bytes where it is no whole character: such tokens share one text. */
  private static String name(TokenLogprob token) {
    byte[] bytes = token.bytes();
    if (Arrays.equals(token.text().getBytes(StandardCharsets.UTF_8), bytes)) {
      return token.text();
    }
    StringBuilder name = new StringBuilder("bytes:");
    for (byte b : bytes) {
      name.append(String.format("\\x%02x", b & 0xff));
    }
    return name.toString();
  }

  /** Where the character begins that a token begins with or goes on. */
  private int offset(TokenLogprob token) {
    byte[] bytes = token.bytes();
    int offset =
        bytes.length > 0 && continuesCharacter(bytes[0]) ? Math.max(0, characters - 1) : characters;
    for (byte b : bytes) {
      characters += continuesCharacter(b) ? 0 : 1;
    }
    return offset;
  }

  private static boolean continuesCharacter(byte b) {
    return (b & 0xc0) == 0x80;
  }
}

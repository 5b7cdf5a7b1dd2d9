package dev.unmask.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.UnmaskException;

/** Parses the JSON that an input holds: one value and nothing else, no member twice. */
final class InputJson {
  /** Most characters: what is parsed takes many times as much memory. */
  private static final int MAX_LENGTH = 1 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private InputJson() {}

  /**
   * The value.
   *
   * @param input name of the input, for messages
   * @param kind what the value has to be, such as {@code object}, for messages
   * @throws UnmaskException INVALID_ARGUMENT where it is no such JSON, or too long
   */
  static <T> T parse(String input, String json, TypeReference<T> type, String kind) {
    if (json.length() > MAX_LENGTH) {
      throw UnmaskException.invalid(
          "input '" + input + "' has " + json.length() + " characters, more than " + MAX_LENGTH);
    }
    T value;
    try {
      value = JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw wrong(input, kind, firstLine(e.getOriginalMessage()));
    }
    if (value == null) {
      throw wrong(input, kind, "null");
    }
    return value;
  }

  private static UnmaskException wrong(String input, String kind, String reason) {
    return UnmaskException.invalid("input '" + input + "' is no JSON " + kind + ": " + reason);
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}

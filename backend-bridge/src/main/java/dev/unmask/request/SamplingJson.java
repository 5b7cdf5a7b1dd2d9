package dev.unmask.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;

/** Reads the JSON of the input {@code sampling_parameters}. */
final class SamplingJson {
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** Most characters: what is parsed takes many times as much memory. */
  private static final int MAX_LENGTH = 1 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private SamplingJson() {}

  /**
   * The members of the object: String, Number, Boolean, List, Map or null.
   *
   * @param json null for none
   * @throws UnmaskException INVALID_ARGUMENT where it is no JSON object, or too long
   */
  static Map<String, Object> parse(String json) {
    if (json == null) {
      return Map.of();
    }
    if (json.length() > MAX_LENGTH) {
      throw UnmaskException.invalid(
          "input 'sampling_parameters' has "
              + json.length()
              + " characters, more than "
              + MAX_LENGTH);
    }
    Map<String, Object> members;
    try {
      members = JSON.readValue(json, OBJECT);
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid(
          "input 'sampling_parameters' is no JSON object: " + firstLine(e.getOriginalMessage()));
    }
    if (members == null) {
      throw UnmaskException.invalid("input 'sampling_parameters' is no JSON object: null");
    }
    return members;
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}

package dev.unmask.request;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;

/** Reads the JSON of the input {@code sampling_parameters}. */
final class SamplingJson {
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private SamplingJson() {}

  /**
   * The members of the object: String, Number, Boolean, List, Map or null.
   *
   * @param json null for none
   * @throws UnmaskException INVALID_ARGUMENT where it is no JSON object, or too long
   */
  static Map<String, Object> parse(String json) {
    return json == null ? Map.of() : InputJson.parse("sampling_parameters", json, OBJECT, "object");
  }
}

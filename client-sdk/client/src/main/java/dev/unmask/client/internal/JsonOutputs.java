package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;

/** Outputs of a response of {@code generate}: members of a JSON object, scalars or flat arrays. */
final class JsonOutputs implements Outputs {
  private final JsonNode json;

  JsonOutputs(JsonNode json) {
    this.json = json;
  }

  /** An output; null where there is none, or where it is null. */
  private JsonNode value(String name) {
    JsonNode value = json.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private JsonNode first(String name) {
    JsonNode value = value(name);
    return value != null && value.isArray() ? value.get(0) : value;
  }

  @Override
  public String text(String name) {
    JsonNode value = value(name);
    if (value == null || !value.isArray()) {
      return value == null ? null : value.asText();
    }
    StringBuilder text = new StringBuilder();
    value.forEach(element -> text.append(element.asText()));
    return text.toString();
  }

  @Override
  public int[] ints(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    if (!value.isArray()) {
      return new int[] {integer(name, value)};
    }
    int[] values = new int[value.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = integer(name, value.get(i));
    }
    return values;
  }

  private static int integer(String name, JsonNode value) {
    if (!value.canConvertToInt()) {
      throw ReadException.protocol("output '" + name + "' is no list of integers");
    }
    return value.intValue();
  }

  @Override
  public double number(String name) {
    JsonNode value = first(name);
    return value == null ? Double.NaN : value.asDouble(Double.NaN);
  }

  @Override
  public long integer(String name, long fallback) {
    JsonNode value = first(name);
    return value == null ? fallback : value.asLong(fallback);
  }

  @Override
  public String requestId() {
    return json.path("id").asText();
  }

  @Override
  public String model() {
    return json.path("model_name").asText();
  }

  @Override
  public String modelVersion() {
    return json.path("model_version").asText();
  }
}

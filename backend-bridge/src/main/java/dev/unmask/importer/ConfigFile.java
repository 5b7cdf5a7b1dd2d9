package dev.unmask.importer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Typed access to the fields of a JSON file; every error names file, field and value. */
record ConfigFile(Path file, JsonNode json) {

  static ConfigFile read(Path file) {
    return new ConfigFile(file, Json.read(file));
  }

  static ConfigFile readIfPresent(Path file) {
    return new ConfigFile(file, Json.readIfPresent(file));
  }

  /** Whether the field is there and not null. */
  boolean has(String field) {
    return json.hasNonNull(field);
  }

  JsonNode get(String field) {
    return json.path(field);
  }

  String text(String field) {
    JsonNode value = required(field);
    if (!value.isTextual()) {
      throw wrong(field, "a string");
    }
    return value.asText();
  }

  String text(String field, String fallback) {
    return has(field) ? text(field) : fallback;
  }

  int positiveInt(String field) {
    JsonNode value = required(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
      throw wrong(field, "a positive integer");
    }
    return value.asInt();
  }

  int positiveInt(String field, int fallback) {
    return has(field) ? positiveInt(field) : fallback;
  }

  double positiveNumber(String field) {
    JsonNode value = required(field);
    if (!value.isNumber() || !(value.asDouble() > 0) || Double.isInfinite(value.asDouble())) {
      throw wrong(field, "a positive number");
    }
    return value.asDouble();
  }

  double positiveNumber(String field, double fallback) {
    return has(field) ? positiveNumber(field) : fallback;
  }

  boolean flag(String field, boolean fallback) {
    if (!has(field)) {
      return fallback;
    }
    if (!get(field).isBoolean()) {
      throw wrong(field, "true or false");
    }
    return get(field).asBoolean();
  }

  /** A token id, null where the field is missing or null. */
  Integer tokenId(String field) {
    if (!has(field)) {
      return null;
    }
    if (!get(field).isIntegralNumber() || !get(field).canConvertToInt() || get(field).asInt() < 0) {
      throw wrong(field, "a token id");
    }
    return get(field).asInt();
  }

  /** Token ids given as one number or as a list; empty where the field is missing or null. */
  List<Integer> tokenIds(String field) {
    if (!has(field)) {
      return List.of();
    }
    if (!get(field).isArray()) {
      return List.of(tokenId(field));
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : get(field)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0) {
        throw wrong(field, "token ids");
      }
      if (!ids.contains(id.asInt())) {
        ids.add(id.asInt());
      }
    }
    return ids;
  }

  /** An object field as a view of its own, null where it is missing or null. */
  ConfigFile object(String field) {
    if (!has(field)) {
      return null;
    }
    if (!get(field).isObject()) {
      throw wrong(field, "an object");
    }
    return new ConfigFile(file, get(field));
  }

  /** Refuses a field whose value, where given, is anything but the one supported. */
  void requireText(String field, String supported) {
    if (has(field) && !get(field).asText().equals(supported)) {
      throw unsupported(field);
    }
  }

  /** Refuses a flag whose value, where given, is anything but the one supported. */
  void requireFlag(String field, boolean supported) {
    if (flag(field, supported) != supported) {
      throw unsupported(field);
    }
  }

  /** Refuses a field that is set to anything but null, false, zero or an empty value. */
  void requireUnset(String field) {
    JsonNode value = get(field);
    boolean unset =
        value.isMissingNode()
            || value.isNull()
            || (value.isBoolean() && !value.asBoolean())
            || (value.isNumber() && value.asDouble() == 0)
            || (value.isTextual() && value.asText().isEmpty())
            || (value.isContainerNode() && value.isEmpty());
    if (!unset) {
      throw unsupported(field);
    }
  }

  UnmaskException unsupported(String field) {
    return new UnmaskException(
        ErrorCode.UNSUPPORTED, file + ": " + field + "=" + brief(field) + " is not supported");
  }

  UnmaskException wrong(String field, String expected) {
    return UnmaskException.invalid(
        file + ": " + field + "=" + brief(field) + " is not " + expected);
  }

  private String brief(String field) {
    JsonNode value = get(field);
    String text = value.isTextual() ? value.asText() : value.toString();
    return text.length() > 80 ? text.substring(0, 80) + "..." : text;
  }

  private JsonNode required(String field) {
    if (!has(field)) {
      throw UnmaskException.invalid(file + ": no " + field);
    }
    return get(field);
  }
}

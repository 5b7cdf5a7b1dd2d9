package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Named values of one request from sources of different precedence. A value replaces those that
 * lower sources have under the same name or under a synonym. Typed access accepts numbers and
 * booleans as text too.
 */
final class RequestValues {
  private static final List<Set<String>> SYNONYMS =
      List.of(
          Set.of("max_tokens", "gen_length", "max_new_tokens"),
          Set.of("min_tokens", "min_length"),
          Set.of("stop_token_ids", "eos_token_ids"),
          Set.of("threshold", "confidence_threshold"),
          Set.of("stop_words", "stop"),
          Set.of("request_priority", "priority"));

  private final Map<String, Object> values = new HashMap<>();

  /**
   * Adds the values of a source that takes precedence over all before.
   *
   * @param source values by name; null counts as not given
   */
  void override(Map<String, Object> source) {
    Map<String, Object> given = new HashMap<>(source);
    given.values().removeIf(value -> value == null);
    Set<String> replaced = new HashSet<>(given.keySet());
    for (Set<String> synonyms : SYNONYMS) {
      if (synonyms.stream().anyMatch(given::containsKey)) {
        replaced.addAll(synonyms);
      }
    }
    values.keySet().removeAll(replaced);
    values.putAll(given);
  }

  /** The value as it was given; null where there is none. */
  Object get(String name) {
    return values.get(name);
  }

  /**
   * A boolean; false where there is none.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the value, here and below
   */
  boolean flag(String name) {
    return flag(name, false);
  }

  /** A boolean. */
  boolean flag(String name, boolean fallback) {
    Object value = values.get(name);
    if (value == null) {
      return fallback;
    }
    switch (String.valueOf(value).strip().toLowerCase(Locale.ROOT)) {
      case "true":
        return true;
      case "false":
        return false;
      default:
        throw notA(name, value, "true or false");
    }
  }

  /** A whole number from 0 to {@code max}; {@code fallback} where there is none. */
  long count(String name, long max, long fallback) {
    Object value = values.get(name);
    if (value == null) {
      return fallback;
    }
    long number = whole(name, value);
    if (number < 0 || number > max) {
      throw UnmaskException.invalid(name + "=" + value + " is not in [0, " + max + "]");
    }
    return number;
  }

  private static long whole(String name, Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    if (value instanceof Double number && number == Math.rint(number) && number < 0x1p63) {
      return number.longValue();
    }
    try {
      if (value instanceof String || value instanceof BigInteger) {
        return Long.parseLong(value.toString().strip());
      }
    } catch (NumberFormatException e) {
      throw notA(name, value, "an integer");
    }
    throw notA(name, value, "an integer");
  }

  /** Texts, given as one or as a list; empty ones count as not given. */
  List<String> texts(String name) {
    Object value = values.get(name);
    if (value == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (Object element : value instanceof List<?> list ? list : List.of(value)) {
      if (!(element instanceof String text)) {
        throw notA(name, value, "a text or a list of texts");
      }
      if (!text.isEmpty()) {
        texts.add(text);
      }
    }
    return texts;
  }

  private static UnmaskException notA(String name, Object value, String what) {
    return UnmaskException.invalid(name + "=" + value + " is not " + what);
  }
}

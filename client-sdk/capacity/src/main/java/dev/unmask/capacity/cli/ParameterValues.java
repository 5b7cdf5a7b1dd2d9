package dev.unmask.capacity.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** Reads parameters of the command line into values of their types. */
final class ParameterValues {
  private ParameterValues() {}

  static Map<String, Object> of(Map<String, String> texts) {
    Map<String, Object> values = new LinkedHashMap<>();
    texts.forEach((name, text) -> values.put(name, value(text.strip())));
    return values;
  }

  private static Object value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    if (text.matches("[+-]?\\d{1,9}")) {
      return Integer.valueOf(text);
    }
    if (text.matches("[+-]?\\d{10,18}")) {
      return Long.valueOf(text);
    }
    if (text.matches("[+-]?(\\d+\\.\\d*|\\.\\d+|\\d+)([eE][+-]?\\d+)?")) {
      return Double.valueOf(text);
    }
    return text;
  }
}

package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Reads JSON in which anything may be absent. */
final class Json {
  private Json() {}

  /** A number, or nothing where there is none that can be drawn. */
  static OptionalDouble number(JsonNode node) {
    return node.isNumber() && Double.isFinite(node.asDouble())
        ? OptionalDouble.of(node.asDouble())
        : OptionalDouble.empty();
  }

  /** Any value in words: text as it is, numbers as measured ones, the rest as JSON. */
  static String words(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.asText();
    }
    OptionalDouble number = number(node);
    if (number.isPresent()) {
      return Numbers.measured(number.getAsDouble());
    }
    return node.isContainerNode() ? node.toString() : node.asText("");
  }

  /** The names in an object, in its order. */
  static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The numbers in an object, by name. */
  static Map<String, Double> numbers(JsonNode object) {
    Map<String, Double> numbers = new TreeMap<>();
    for (String name : names(object)) {
      number(object.path(name)).ifPresent(number -> numbers.put(name, number));
    }
    return numbers;
  }
}

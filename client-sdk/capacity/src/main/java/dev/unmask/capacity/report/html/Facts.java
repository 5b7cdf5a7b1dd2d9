package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.OptionalDouble;

/** Names with their values, as they stand in the summary. */
final class Facts {
  private static final double GIBIBYTE = 1L << 30;

  private Facts() {}

  /** A list of everything in an object. */
  static void write(JsonNode object, Markup out) {
    out.open("dl", "class", "facts");
    for (Map.Entry<String, JsonNode> fact : object.properties()) {
      out.element("dt", name(fact.getKey()));
      out.element("dd", value(fact.getKey(), fact.getValue()));
    }
    out.close();
  }

  /** A heading with the list, or nothing where there is nothing in it. */
  static void writeSection(String title, JsonNode object, Markup out) {
    if (object.isObject() && !object.isEmpty()) {
      out.open("section").element("h3", title);
      write(object, out);
      out.close();
    }
  }

  private static String name(String key) {
    String name = key.endsWith("_bytes") ? key.substring(0, key.length() - 6) : key;
    return name.endsWith("_s")
        ? name.substring(0, name.length() - 2).replace('_', ' ') + ", s"
        : name.replace('_', ' ');
  }

  private static String value(String name, JsonNode value) {
    OptionalDouble number = Json.number(value);
    return name.endsWith("_bytes") && number.isPresent() && number.getAsDouble() >= GIBIBYTE
        ? Numbers.fixed(number.getAsDouble() / GIBIBYTE, 1) + " GiB"
        : Json.words(value) + (name.endsWith("_bytes") ? " bytes" : "");
  }
}

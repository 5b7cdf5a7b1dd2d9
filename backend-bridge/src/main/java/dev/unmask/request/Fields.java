package dev.unmask.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.scheduler.UnmaskException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

/**
 * Typed access to the members of a JSON object; null counts as absent. Remembers which were asked
 * for, so that a member nobody knows can be refused. Errors are INVALID_ARGUMENT and begin with the
 * member's path and value. One thread.
 */
public final class Fields {
  private static final int MAX_SHOWN = 64;

  private final ObjectNode object;
  private final String path;
  private final Set<String> known = new HashSet<>();

  /**
   * @param path where the object stands, such as {@code messages[0].}; empty for the body
   */
  public Fields(ObjectNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /** A member's value; null where it is absent. */
  public JsonNode get(String name) {
    known.add(name);
    JsonNode node = object.get(name);
    return node == null || node.isNull() ? null : node;
  }

  /** A member that has to be there. */
  public JsonNode required(String name, String what) {
    JsonNode node = get(name);
    if (node == null) {
      throw UnmaskException.invalid(path + name + "=null, but " + what + " is required");
    }
    return node;
  }

  /** A text; null where it is absent. */
  public String text(String name) {
    JsonNode node = get(name);
    if (node != null && !node.isTextual()) {
      throw wrong(name, node, "is not a string");
    }
    return node == null ? null : node.textValue();
  }

  /** A boolean; {@code fallback} where it is absent. */
  public boolean flag(String name, boolean fallback) {
    JsonNode node = get(name);
    if (node != null && !node.isBoolean()) {
      throw wrong(name, node, "is not a boolean");
    }
    return node == null ? fallback : node.booleanValue();
  }

  /** A number; null where it is absent. */
  public Number number(String name) {
    JsonNode node = get(name);
    return node == null ? null : number(path + name, node);
  }

  /** A whole number within bounds; {@code fallback} where it is absent. */
  public int integer(String name, int fallback, int min, int max) {
    JsonNode node = get(name);
    if (node == null) {
      return fallback;
    }
    if (!node.isIntegralNumber()) {
      throw wrong(name, node, "is not an integer");
    }
    if (!node.canConvertToInt() || node.intValue() < min || node.intValue() > max) {
      throw wrong(name, node, "is not in [" + min + ", " + max + "]");
    }
    return node.intValue();
  }

  /** The members of a nested object; null where it is absent. */
  public Fields object(String name) {
    JsonNode node = get(name);
    if (node == null) {
      return null;
    }
    if (node instanceof ObjectNode nested) {
      return nested(name, nested);
    }
    throw wrong(name, node, "is not an object");
  }

  /**
   * The members of an object within this one.
   *
   * @param name where it stands
   */
  Fields nested(String name, ObjectNode nested) {
    return new Fields(nested, path + name + ".");
  }

  /**
   * Refuses members that were not asked for.
   *
   * @param owner what has them, for the message
   */
  public void refuseUnknown(String owner) {
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw wrong(name, object.get(name), "is not a field of " + owner);
      }
    }
  }

  /** An error about a member. */
  public UnmaskException wrong(String name, JsonNode node, String complaint) {
    return wrongValue(path + name, node, complaint);
  }

  /**
   * An error about any value.
   *
   * @param path where the value stands
   */
  public static UnmaskException wrongValue(String path, JsonNode node, String complaint) {
    return UnmaskException.invalid(path + "=" + shown(node) + " " + complaint);
  }

  /**
   * A number as the parameter parser takes it.
   *
   * @return Long or Double
   */
  public static Number number(String path, JsonNode node) {
    if (!node.isNumber()) {
      throw wrongValue(path, node, "is not a number");
    }
    if (!node.isIntegralNumber()) {
      return node.doubleValue();
    }
    if (!node.canConvertToLong()) {
      throw wrongValue(path, node, "is not a 64-bit integer");
    }
    return node.longValue();
  }

  private static String shown(JsonNode node) {
    if (node.isArray()) {
      return node.isEmpty() ? "[]" : "[...]";
    }
    if (node.isObject()) {
      return node.isEmpty() ? "{}" : "{...}";
    }
    String shown = node.toString();
    return shown.length() <= MAX_SHOWN ? shown : shown.substring(0, MAX_SHOWN) + "...";
  }
}

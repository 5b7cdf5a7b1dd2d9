package dev.unmask.bridge.text;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Iterator;
import java.util.Map;

/** JSON text as Python's {@code json.dumps(value, ensure_ascii=False, indent=...)} writes it. */
final class PythonJson {
  private PythonJson() {}

  /**
   * @param indent spaces per level; negative for everything on one line
   */
  static String dumps(Object value, int indent) {
    StringBuilder out = new StringBuilder();
    write(value, indent, 0, out);
    return out.toString();
  }

  private static void write(Object value, int indent, int level, StringBuilder out) {
    if (value instanceof Map<?, ?> map) {
      writeAll('{', '}', map.entrySet().iterator(), indent, level, out);
    } else if (value instanceof Iterable<?> list) {
      writeAll('[', ']', list.iterator(), indent, level, out);
    } else if (value instanceof Map.Entry<?, ?> entry) {
      writeString(String.valueOf(entry.getKey()), out);
      out.append(": ");
      write(entry.getValue(), indent, level, out);
    } else if (value == null || value instanceof Boolean || value instanceof Number) {
      out.append(value);
    } else {
      writeString(value.toString(), out);
    }
  }

  private static void writeAll(
      char open, char close, Iterator<?> items, int indent, int level, StringBuilder out) {
    out.append(open);
    if (!items.hasNext()) {
      out.append(close);
      return;
    }
    boolean first = true;
    while (items.hasNext()) {
      if (!first) {
        out.append(indent < 0 ? ", " : ",");
      }
      first = false;
      newLine(indent, level + 1, out);
      write(items.next(), indent, level + 1, out);
    }
    newLine(indent, level, out);
    out.append(close);
  }

  private static void newLine(int indent, int level, StringBuilder out) {
    if (indent >= 0) {
      out.append('\n').append(" ".repeat(indent * level));
    }
  }

  private static void writeString(String text, StringBuilder out) {
    out.append('"').append(JsonStringEncoder.getInstance().quoteAsString(text)).append('"');
  }
}

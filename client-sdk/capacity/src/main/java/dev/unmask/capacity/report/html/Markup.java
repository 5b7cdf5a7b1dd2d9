package dev.unmask.capacity.report.html;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes elements, well-formed as XML and understood as HTML. Attributes are given as name, value,
 * name, value; one whose value is null is left out.
 */
final class Markup {
  private final StringBuilder out = new StringBuilder(1 << 16);
  private final Deque<String> open = new ArrayDeque<>();

  /** Starts a document. */
  Markup doctype() {
    out.append("<!DOCTYPE html>\n");
    return this;
  }

  /** Opens an element. */
  Markup open(String name, String... attributes) {
    start(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  /** Closes the element that was opened last. */
  Markup close() {
    out.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /** An element that can have no content. */
  Markup empty(String name, String... attributes) {
    start(name, attributes);
    out.append("/>\n");
    return this;
  }

  /** An element with text. */
  Markup element(String name, String text, String... attributes) {
    return open(name, attributes).text(text).close();
  }

  /** Text in the open element. */
  Markup text(String text) {
    out.append(Escape.text(text));
    return this;
  }

  /** A style sheet of this program, which has no markup in it. */
  Markup style(String css) {
    if (css.indexOf('<') >= 0 || css.indexOf('&') >= 0) {
      throw new IllegalArgumentException("markup in a style sheet");
    }
    open("style");
    out.append(css);
    return close();
  }

  private void start(String name, String... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      if (attributes[i + 1] != null) {
        out.append(' ').append(attributes[i]).append("=\"");
        out.append(Escape.text(attributes[i + 1])).append('"');
      }
    }
  }

  /** What was written; every element must be closed. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("open: " + open);
    }
    return out.toString();
  }
}

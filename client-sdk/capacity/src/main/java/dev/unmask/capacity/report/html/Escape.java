package dev.unmask.capacity.report.html;

/** Makes text harmless in markup, so that it means itself in HTML and in XML. */
final class Escape {
  private static final int REPLACEMENT = 0xFFFD;

  private Escape() {}

  /** Text for between tags and for attributes in double quotes. */
  static String text(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(codePoint -> append(codePoint, out));
    return out.toString();
  }

  private static void append(int codePoint, StringBuilder out) {
    switch (codePoint) {
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '&' -> out.append("&amp;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      case '\t', '\n', '\r' -> out.append("&#").append(codePoint).append(';');
      default -> out.appendCodePoint(isCharacter(codePoint) ? codePoint : REPLACEMENT);
    }
  }

  /** Whether XML 1.0 and HTML know it: no control, no half of a surrogate pair. */
  private static boolean isCharacter(int codePoint) {
    return (codePoint >= ' ' && codePoint < 0x7F)
        || (codePoint >= 0xA0 && codePoint < 0xD800)
        || (codePoint >= 0xE000 && codePoint < 0xFFFE)
        || (codePoint >= 0x10000 && (codePoint & 0xFFFE) != 0xFFFE);
  }
}

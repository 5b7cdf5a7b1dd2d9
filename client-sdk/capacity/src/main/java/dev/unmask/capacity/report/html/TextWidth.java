package dev.unmask.capacity.report.html;

/** How wide text will be at most in a drawing, where no font can be asked. */
final class TextWidth {
  /** The size of text in charts. */
  static final double SIZE = 12;

  /** Digits of wide faces such as DejaVu Sans. */
  private static final double NARROW = 0.64;

  private static final double WIDE = 1.05;
  private static final int FIRST_WIDE = 0x1100;

  private TextWidth() {}

  /** The width of one line. */
  static double of(String text) {
    return SIZE * text.codePoints().mapToDouble(TextWidth::share).sum();
  }

  private static double share(int codePoint) {
    boolean punctuation = codePoint >= 0x2000 && codePoint < 0x2070;
    return codePoint < FIRST_WIDE || punctuation ? NARROW : WIDE;
  }

  /** The text, or its beginning with an ellipsis where it is wider. */
  static String fit(String text, double width) {
    String line = text.replaceAll("\\s+", " ").strip();
    if (of(line) <= width) {
      return line;
    }
    int[] codePoints = line.codePoints().toArray();
    int end = codePoints.length;
    String shorter;
    do {
      end--;
      shorter = new String(codePoints, 0, Math.max(0, end)).strip() + "…";
    } while (end > 0 && of(shorter) > width);
    return shorter;
  }
}

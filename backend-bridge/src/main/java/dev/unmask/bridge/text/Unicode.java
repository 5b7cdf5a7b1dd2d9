package dev.unmask.bridge.text;

/** Character classes and repairs that the text classes share. */
final class Unicode {
  private Unicode() {}

  /** White space as Python's {@code str.strip} and the tokenizers library understand it. */
  static boolean isSpace(char c) {
    return Character.isSpaceChar(c)
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85;
  }

  /** Letters, marks, digits and connectors: what {@code \w} matches. */
  static boolean isWord(int codePoint) {
    return Character.isLetterOrDigit(codePoint)
        || switch (Character.getType(codePoint)) {
          case Character.CONNECTOR_PUNCTUATION,
              Character.NON_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.LETTER_NUMBER ->
              true;
          default -> false;
        };
  }

  /** The text with every surrogate that has no partner replaced by U+FFFD. */
  static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (repaired == null) {
        repaired = new StringBuilder(text);
      }
      repaired.setCharAt(i, '\uFFFD');
    }
    return repaired == null ? text : repaired.toString();
  }
}

package dev.unmask.bridge.text;

/**
 * Turns the committed token ids of one response into text, piece by piece. Control tokens are
 * skipped. A character that is not complete yet is held back, so a piece never ends within one; the
 * pieces, {@link #finish} included, add up to what decoding all ids at once gives. The cost of a
 * token does not depend on what came before it. Not thread-safe.
 *
 * <p>Bytes that are not UTF-8 become U+FFFD, one for each longest beginning of a character, as the
 * Unicode standard recommends and the tokenizers library does; Java's own decoder counts otherwise.
 */
public final class IncrementalDetokenizer {
  private static final char REPLACEMENT = '\uFFFD';

  private final TokenBytes tokens;
  private final StringBuilder text = new StringBuilder();

  /** Bytes that the character in progress still needs; 0 between characters. */
  private int missing;

  private int codePoint;
  private int lowest;
  private int highest;

  IncrementalDetokenizer(TokenBytes tokens) {
    this.tokens = tokens;
  }

  /**
   * Appends the next token.
   *
   * @return the text that became certain; empty while a character is incomplete
   */
  public String append(int tokenId) {
    if (tokens.isSpecial(tokenId)) {
      return "";
    }
    for (byte value : tokens.of(tokenId)) {
      accept(value & 0xff);
    }
    return take();
  }

  /**
   * Ends the response.
   *
   * @return what was held back: U+FFFD for a character that never became complete, or nothing
   */
  public String finish() {
    if (missing > 0) {
      text.append(REPLACEMENT);
      missing = 0;
    }
    return take();
  }

  /** The text of bytes that stand alone. */
  static String text(byte[] bytes) {
    IncrementalDetokenizer detokenizer = new IncrementalDetokenizer(null);
    for (byte value : bytes) {
      detokenizer.accept(value & 0xff);
    }
    return detokenizer.finish();
  }

  private String take() {
    String result = text.toString();
    text.setLength(0);
    return result;
  }

  private void accept(int value) {
    if (missing == 0) {
      begin(value);
    } else if (value < lowest || value > highest) {
      text.append(REPLACEMENT);
      missing = 0;
      begin(value);
    } else {
      lowest = 0x80;
      highest = 0xbf;
      codePoint = codePoint << 6 | (value & 0x3f);
      if (--missing == 0) {
        text.appendCodePoint(codePoint);
      }
    }
  }

  private void begin(int value) {
    lowest = 0x80;
    highest = 0xbf;
    if (value < 0x80) {
      text.append((char) value);
    } else if (value >= 0xc2 && value <= 0xdf) {
      start(1, value & 0x1f);
    } else if (value >= 0xe0 && value <= 0xef) {
      // Neither overlong forms nor surrogates.
      lowest = value == 0xe0 ? 0xa0 : 0x80;
      highest = value == 0xed ? 0x9f : 0xbf;
      start(2, value & 0xf);
    } else if (value >= 0xf0 && value <= 0xf4) {
      // Neither overlong forms nor anything above U+10FFFF.
      lowest = value == 0xf0 ? 0x90 : 0x80;
      highest = value == 0xf4 ? 0x8f : 0xbf;
      start(3, value & 0x7);
    } else {
      text.append(REPLACEMENT);
    }
  }

  private void start(int continuationBytes, int bits) {
    missing = continuationBytes;
    codePoint = bits;
  }
}

package dev.unmask.bridge.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns the committed token ids of one response into text, piece by piece. Control tokens are
 * skipped. A character that is not complete yet is held back, so a piece never ends within one; the
 * pieces, {@link #finish} included, add up to what decoding all ids at once gives. The cost of a
 * token does not depend on what came before it. Not thread-safe.
 */
public final class IncrementalDetokenizer {
  private final TokenBytes tokens;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer pending = ByteBuffer.allocate(64);
  private CharBuffer text = CharBuffer.allocate(64);

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
    byte[] bytes = tokens.of(tokenId);
    if (pending.remaining() < bytes.length) {
      ByteBuffer larger = ByteBuffer.allocate(pending.position() + 2 * bytes.length);
      pending = larger.put(pending.flip());
    }
    pending.put(bytes);
    return decode(false);
  }

  /**
   * Ends the response.
   *
   * @return what was held back: U+FFFD for a character that never became complete, or nothing
   */
  public String finish() {
    String rest = decode(true);
    utf8.reset();
    return rest;
  }

  private String decode(boolean last) {
    pending.flip();
    text.clear();
    while (true) {
      CoderResult result = utf8.decode(pending, text, last);
      if (result.isUnderflow() && last) {
        result = utf8.flush(text);
      }
      if (!result.isOverflow()) {
        break;
      }
      CharBuffer larger = CharBuffer.allocate(2 * text.capacity());
      text = larger.put(text.flip());
    }
    pending.compact();
    return text.flip().toString();
  }
}

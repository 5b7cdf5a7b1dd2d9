package dev.unmask.bridge.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * The bytes every token stands for in a byte-level vocabulary, where each byte of a token's text is
 * written as one printable character. Immutable.
 */
final class TokenBytes {
  private static final int[] BYTE_OF_CHAR = byteOfChar();

  private final byte[][] bytes;
  private final boolean[] special;
  private final int longest;

  TokenBytes(TokenizerFile file) {
    int size = 0;
    for (Map.Entry<String, JsonNode> entry : file.vocabulary()) {
      size = Math.max(size, entry.getValue().asInt() + 1);
    }
    for (AddedToken token : file.addedTokens()) {
      size = Math.max(size, token.id() + 1);
    }
    bytes = new byte[size][];
    special = new boolean[size];
    for (Map.Entry<String, JsonNode> entry : file.vocabulary()) {
      bytes[entry.getValue().asInt()] = toBytes(entry.getKey());
    }
    for (AddedToken token : file.addedTokens()) {
      bytes[token.id()] = toBytes(token.content());
      special[token.id()] = token.special();
    }
    longest = Arrays.stream(bytes).filter(Objects::nonNull).mapToInt(b -> b.length).max().orElse(0);
  }

  /** The token's bytes; empty for an id that names no token. Borrowed, not to be changed. */
  byte[] of(int id) {
    byte[] result = id >= 0 && id < bytes.length ? bytes[id] : null;
    return result == null ? new byte[0] : result;
  }

  /** Bytes of the longest token. */
  int longest() {
    return longest;
  }

  /** Whether decoding skips the token. */
  boolean isSpecial(int id) {
    return id >= 0 && id < special.length && special[id];
  }

  private static byte[] toBytes(String token) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(token.length());
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      int value = c < BYTE_OF_CHAR.length ? BYTE_OF_CHAR[c] : -1;
      if (value < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      out.write(value);
    }
    return out.toByteArray();
  }

  /**
   * The alphabet of byte-level BPE: printable Latin-1 characters stand for themselves, the other
   * bytes for the characters from U+0100 on, in byte order.
   */
  private static int[] byteOfChar() {
    int[] table = new int[0x100 + 0x100];
    Arrays.fill(table, -1);
    int next = 0x100;
    for (int value = 0; value < 0x100; value++) {
      boolean printable =
          (value >= '!' && value <= '~')
              || (value >= 0xa1 && value <= 0xac)
              || (value >= 0xae && value <= 0xff);
      table[printable ? value : next++] = value;
    }
    return table;
  }
}

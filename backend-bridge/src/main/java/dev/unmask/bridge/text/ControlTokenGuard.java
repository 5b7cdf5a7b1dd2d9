package dev.unmask.bridge.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes a text through a chat template without letting it pass for control tokens. {@link #protect}
 * puts a sentinel character into every place where an added token's text begins, so that the place
 * no longer matches; {@link #restore} takes the sentinels out of the text that lies between the
 * true control tokens of the rendered prompt. The sentinels are characters that occur in none of
 * the texts. Immutable; made anew for each prompt.
 */
final class ControlTokenGuard {
  private static final char FIRST_NONCHARACTER = '\uFDD0';
  private static final char LAST_NONCHARACTER = '\uFDEF';
  private static final char FIRST_PRIVATE_USE = '\uE000';

  private final AddedTokenSplitter splitter;
  private final char sentinel;

  /**
   * Stand-ins for added tokens of one character, which leave no room for a sentinel, and for NUL,
   * which the template engine writes as an escape.
   */
  private final Map<Integer, Character> standIns = new HashMap<>();

  private final Map<Character, Integer> standInFor = new HashMap<>();

  /**
   * @param texts everything that will be rendered with the protected text, itself included
   */
  ControlTokenGuard(TextTokenizer tokenizer, List<String> texts) {
    splitter = tokenizer.splitter();
    int candidate = FIRST_NONCHARACTER;
    candidate = unused(candidate, texts);
    sentinel = (char) candidate;
    candidate = addStandIn('\0', candidate, texts);
    for (AddedToken token : tokenizer.addedTokens()) {
      int codePoint = token.content().codePointAt(0);
      if (token.content().length() == Character.charCount(codePoint)) {
        candidate = addStandIn(codePoint, candidate, texts);
      }
    }
  }

  private int addStandIn(int codePoint, int last, List<String> texts) {
    int candidate = unused(following(last), texts);
    standIns.put(codePoint, (char) candidate);
    standInFor.put((char) candidate, codePoint);
    return candidate;
  }

  String protect(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      Character standIn = standIns.get(codePoint);
      if (standIn != null) {
        out.append(standIn.charValue());
      } else {
        out.appendCodePoint(codePoint);
        if (splitter.matchesAt(text, i)) {
          out.append(sentinel);
        }
      }
      i += Character.charCount(codePoint);
    }
    return out.toString();
  }

  String restore(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      Integer original = standInFor.get(c);
      if (original != null) {
        out.appendCodePoint(original);
      } else if (c != sentinel) {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static int unused(int first, List<String> texts) {
    int candidate = first;
    while (occurs((char) candidate, texts)) {
      candidate = following(candidate);
    }
    return candidate;
  }

  private static boolean occurs(char c, List<String> texts) {
    for (String text : texts) {
      if (text.indexOf(c) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static int following(int candidate) {
    return candidate == LAST_NONCHARACTER ? FIRST_PRIVATE_USE : candidate + 1;
  }
}

package dev.unmask.bridge.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a text at added tokens as the tokenizers library does: the leftmost match, of several at one
 * place the longest; tokens without the {@code normalized} flag first, over the whole text, then
 * the others over what lies between. Immutable.
 */
final class AddedTokenSplitter {
  /** Receives the parts of a text in order. */
  interface Sink {
    /** A stretch of ordinary text, not empty. */
    void text(String text);

    /** An added token. */
    void token(AddedToken token);
  }

  private final Map<Character, List<AddedToken>> plain = new HashMap<>();
  private final Map<Character, List<AddedToken>> normalized = new HashMap<>();

  AddedTokenSplitter(List<AddedToken> tokens) {
    List<AddedToken> longestFirst = new ArrayList<>(tokens);
    longestFirst.sort(Comparator.comparingInt((AddedToken t) -> t.content().length()).reversed());
    for (AddedToken token : longestFirst) {
      (token.normalized() ? normalized : plain)
          .computeIfAbsent(token.content().charAt(0), c -> new ArrayList<>())
          .add(token);
    }
  }

  /** Feeds the parts of a text to a sink. */
  void split(String text, Sink sink) {
    split(
        plain,
        text,
        new Sink() {
          @Override
          public void text(String part) {
            split(normalized, part, sink);
          }

          @Override
          public void token(AddedToken token) {
            sink.token(token);
          }
        });
  }

  /** Whether any added token's text begins at an index, whatever its flags. */
  boolean matchesAt(String text, int index) {
    return longestAt(plain, text, index) != null || longestAt(normalized, text, index) != null;
  }

  private static void split(Map<Character, List<AddedToken>> tokens, String text, Sink sink) {
    int textStart = 0;
    int i = 0;
    while (i < text.length()) {
      AddedToken token = longestAt(tokens, text, i);
      if (token == null) {
        i++;
        continue;
      }
      int end = i + token.content().length();
      if (token.singleWord() && touchesWord(text, i, end)) {
        i = end;
        continue;
      }
      int start = i;
      while (token.lstrip() && start > textStart && Unicode.isSpace(text.charAt(start - 1))) {
        start--;
      }
      while (token.rstrip() && end < text.length() && Unicode.isSpace(text.charAt(end))) {
        end++;
      }
      if (textStart < start) {
        sink.text(text.substring(textStart, start));
      }
      sink.token(token);
      textStart = end;
      i = end;
    }
    if (textStart < text.length()) {
      sink.text(text.substring(textStart));
    }
  }

  private static AddedToken longestAt(
      Map<Character, List<AddedToken>> tokens, String text, int index) {
    List<AddedToken> candidates = tokens.get(text.charAt(index));
    if (candidates != null) {
      for (AddedToken candidate : candidates) {
        if (text.startsWith(candidate.content(), index)) {
          return candidate;
        }
      }
    }
    return null;
  }

  private static boolean touchesWord(String text, int start, int end) {
    return (start > 0 && Unicode.isWord(text.codePointBefore(start)))
        || (end < text.length() && Unicode.isWord(text.codePointAt(end)));
  }
}

package dev.unmask.bridge.text;

import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds words in a text that is read one character at a time: the automaton of Aho and Corasick. A
 * state stands for the longest beginning of a word that the text read so far ends with. Immutable.
 */
final class WordAutomaton {
  /** Most words. */
  static final int MAX_WORDS = 1024;

  /** Most characters of all words together. */
  static final int MAX_CHARACTERS = 1 << 14;

  /** The state before any text. */
  static final int START = 0;

  /** The state that a character leads to, by the state before and the character. */
  private final Map<Integer, Integer> edges = new HashMap<>();

  /** By state: its length. */
  private final int[] depth;

  /** By state: the state of the longest beginning of a word that is an end of it. */
  private final int[] fallback;

  /** By state: length of the longest word that it ends with; 0 for none. */
  private final int[] longestWord;

  private int states = 1;

  /**
   * @param name what the words are called in messages
   * @throws UnmaskException INVALID_ARGUMENT where one is empty, or they are too many or too long
   */
  WordAutomaton(String name, List<String> words) {
    if (words.size() > MAX_WORDS) {
      throw UnmaskException.invalid(
          name + " has " + words.size() + " words, more than " + MAX_WORDS);
    }
    long characters = 0;
    for (String word : words) {
      if (word.isEmpty()) {
        throw UnmaskException.invalid(name + "=\"\" is empty");
      }
      characters += word.length();
    }
    if (characters > MAX_CHARACTERS) {
      throw UnmaskException.invalid(
          name + " has " + characters + " characters, more than " + MAX_CHARACTERS);
    }
    depth = new int[(int) characters + 1];
    fallback = new int[depth.length];
    longestWord = new int[depth.length];
    List<List<Integer>> byDepth = new ArrayList<>();
    for (String word : words) {
      add(word, byDepth);
    }
    // Shorter states first: a fallback is shorter than its state.
    byDepth.forEach(edgesOfDepth -> edgesOfDepth.forEach(this::link));
  }

  private void add(String word, List<List<Integer>> byDepth) {
    int state = START;
    for (int i = 0; i < word.length(); i++) {
      int edge = edge(state, word.charAt(i));
      Integer next = edges.get(edge);
      if (next == null) {
        next = states++;
        edges.put(edge, next);
        depth[next] = i + 1;
        if (byDepth.size() == i) {
          byDepth.add(new ArrayList<>());
        }
        byDepth.get(i).add(edge);
      }
      state = next;
    }
    longestWord[state] = word.length();
  }

  private void link(int edge) {
    int state = edges.get(edge);
    int parent = edge >>> Character.SIZE;
    if (parent != START) {
      fallback[state] = next(fallback[parent], (char) edge);
      longestWord[state] = Math.max(longestWord[state], longestWord[fallback[state]]);
    }
  }

  /** States are few enough for both to fit: see {@link #MAX_CHARACTERS}. */
  private static int edge(int state, char character) {
    return state << Character.SIZE | character;
  }

  /** Whether there are no words. */
  boolean isEmpty() {
    return states == 1;
  }

  /** The state after a further character. */
  int next(int state, char character) {
    int from = state;
    Integer to = edges.get(edge(from, character));
    while (to == null && from != START) {
      from = fallback[from];
      to = edges.get(edge(from, character));
    }
    return to == null ? START : to;
  }

  /** Length of the longest beginning of a word that the text ends with. */
  int depth(int state) {
    return depth[state];
  }

  /** Length of the longest word that the text ends with; 0 for none. */
  int longestWord(int state) {
    return longestWord[state];
  }
}

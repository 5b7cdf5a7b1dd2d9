package dev.unmask.importer;

import java.util.Arrays;

/**
 * Where the positions of a widened dimension come from.
 *
 * @param sources for each position the old one it holds, or {@link #FREE}, or {@link #ZERO}
 */
record Axis(int[] sources) {
  /** A new position whose weights may be anything. */
  static final int FREE = -1;

  /** A new position whose weights must be zero. */
  static final int ZERO = -2;

  /** The old positions first, then new ones of a kind. */
  static Axis widened(int from, int to, int kind) {
    int[] sources = new int[to];
    for (int i = 0; i < to; i++) {
      sources[i] = i < from ? i : kind;
    }
    return new Axis(sources);
  }

  /** New positions of a kind only. */
  static Axis all(int size, int kind) {
    return widened(0, size, kind);
  }

  /** This dimension of a tensor that has no old values: free where it is not zero. */
  Axis withoutSources() {
    return new Axis(Arrays.stream(sources).map(s -> s == ZERO ? ZERO : FREE).toArray());
  }

  int size() {
    return sources.length;
  }

  int source(int position) {
    return sources[position];
  }
}

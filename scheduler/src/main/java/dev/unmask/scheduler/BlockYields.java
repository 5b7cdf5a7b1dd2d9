package dev.unmask.scheduler;

/**
 * What passes over blocks yielded so far: the share of a block's masks that a pass commits, by how
 * many unfinished blocks are before it, and apart for its first pass ahead and those after it,
 * which commit less while what they see has not changed much. Older passes count less. What was not
 * seen yet is assumed: a first pass ahead to do as well as the block in front, or as one ahead by a
 * block less, so that it is tried; a later one to do a quarter of that, because an answer is over
 * after a few passes and would not live to see it. Single-owner.
 */
final class BlockYields {
  /** Blocks further ahead than this count as this far. */
  private static final int DEEPEST = 4;

  /** How many masks what is assumed weighs, against one each that was seen. */
  private static final double ASSUMED_MASKS = 8;

  /** Share that a pass over the block in front is assumed to commit. */
  private static final double ASSUMED_FRONT = 0.5;

  /** Part of the share of a first pass ahead that a later one is assumed to commit. */
  private static final double ASSUMED_LATER = 0.25;

  private final double memory;
  private final double[] masks = new double[2 * (DEEPEST + 1)];
  private final double[] commits = new double[2 * (DEEPEST + 1)];

  /**
   * Nothing seen yet.
   *
   * @param memory in (0, 1]: what a pass still counts when one more was seen
   */
  BlockYields(double memory) {
    this.memory = memory;
  }

  /** Forgets a little; call once a pass. */
  void beginPass() {
    for (int i = 0; i < masks.length; i++) {
      masks[i] *= memory;
      commits[i] *= memory;
    }
  }

  /**
   * Counts a pass over a block.
   *
   * @param depth unfinished blocks before it
   * @param first whether it is the block's first pass
   * @param masked masks that it had
   * @param committed of these, how many the pass committed
   */
  void observe(int depth, boolean first, int masked, int committed) {
    int i = index(depth, first);
    masks[i] += masked;
    commits[i] += committed;
  }

  /** Share of its masks that a pass commits of the block in front. */
  double front() {
    return share(index(0, false), ASSUMED_FRONT);
  }

  /**
   * Share of its masks that a pass commits of a block ahead of others.
   *
   * @param depth unfinished blocks before it, at least 1
   * @param first whether for the block's first pass
   */
  double ahead(int depth, boolean first) {
    double share = front();
    for (int d = 1; d <= Math.min(depth, DEEPEST); d++) {
      share = share(index(d, true), share);
    }
    return first ? share : share(index(depth, false), ASSUMED_LATER * share);
  }

  private double share(int i, double assumed) {
    return (commits[i] + ASSUMED_MASKS * assumed) / (masks[i] + ASSUMED_MASKS);
  }

  /** The block in front has one place: its first pass is one like the others. */
  private static int index(int depth, boolean first) {
    return 2 * Math.min(depth, DEEPEST) + (first && depth > 0 ? 1 : 0);
  }
}

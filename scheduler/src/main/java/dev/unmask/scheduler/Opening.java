package dev.unmask.scheduler;

/**
 * Whether a D2F sequence opens a further block where its thresholds allow one, and what it learns
 * of each pass for that. One per sequence; single-owner.
 */
interface Opening {
  /** As published: a block is opened wherever the thresholds allow it. */
  Opening FIXED =
      new Opening() {
        @Override
        public boolean pays(int queries, int blockSize, int depth, int masksBefore) {
          return true;
        }

        @Override
        public void beginPass() {}

        @Override
        public void observe(int depth, boolean first, int masked, int committed) {}
      };

  /**
   * Whether to open a block.
   *
   * @param queries query positions of the sequence's next row without it
   * @param blockSize query positions that it adds
   * @param depth unfinished blocks before it, at least 1
   * @param masksBefore masks of those
   */
  boolean pays(int queries, int blockSize, int depth, int masksBefore);

  /** Told before the blocks of a pass. */
  void beginPass();

  /** Told of every block of a pass; see {@link BlockYields#observe}. */
  void observe(int depth, boolean first, int masked, int committed);
}

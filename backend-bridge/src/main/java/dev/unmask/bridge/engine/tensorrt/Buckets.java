package dev.unmask.bridge.engine.tensorrt;

/**
 * Sizes that runs are rounded up to, so that few graphs serve many steps: 1, 2, 3, 4, 6, 8, 12, 16,
 * 24, 32 ... At most a third of a run is padding, a seventh on average.
 */
final class Buckets {
  private Buckets() {}

  /** As {@link #holding}, by powers of two: for what costs little and varies much. */
  static int coarse(int count, int limit) {
    int power = Integer.highestOneBit(count);
    int size = count > power ? 2 * power : count;
    return size <= limit && size >= count ? size : count;
  }

  /**
   * The smallest size that holds a number.
   *
   * @param count at least 1
   * @param limit largest size allowed, at least {@code count}
   * @return {@code count} itself where the next size would be above the limit
   */
  static int holding(int count, int limit) {
    int power = Integer.highestOneBit(count);
    int size = count;
    if (count > power) {
      size = count <= power + power / 2 ? power + power / 2 : 2 * power;
    }
    return size <= limit && size >= count ? size : count;
  }
}

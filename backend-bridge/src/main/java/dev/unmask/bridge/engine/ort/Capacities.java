package dev.unmask.bridge.engine.ort;

/**
 * Which cache capacities are used: steps of 32 positions up to 256, then four steps to each
 * doubling (320, 384, 448, 512, 640 ...), and the context limit itself.
 */
final class Capacities {
  private static final int STEP = 32;

  private Capacities() {}

  /** The smallest capacity that holds a number of positions. */
  static int holding(int positions, int maxContext) {
    int step = Math.max(STEP, Integer.highestOneBit(Math.max(positions - 1, 1)) / 4);
    long rounded = (positions + step - 1L) / step * step;
    return (int) Math.min(Math.max(rounded, STEP), maxContext);
  }

  /**
   * The capacity to use next: grows as soon as it must, shrinks when half would do, so that a
   * relayout is paid for by many steps.
   */
  static int next(int current, int positions, int maxContext) {
    int fitting = holding(positions, maxContext);
    return fitting > current || fitting <= current / 2 ? fitting : current;
  }
}

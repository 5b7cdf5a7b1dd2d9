package dev.unmask.bridge.engine.ort;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.step.KvBlocks;

/**
 * Which cache capacities are used: steps of 32 positions up to 256, then four steps to each
 * doubling (320, 384, 448, 512, 640 ...), and the context limit itself; where memory is short,
 * whole KV blocks.
 */
final class Capacities {
  private static final int STEP = EngineCapabilities.KV_BLOCK;

  private Capacities() {}

  /** The smallest capacity that holds a number of positions. */
  static int holding(int positions, int maxContext) {
    int step = Math.max(STEP, Integer.highestOneBit(Math.max(positions - 1, 1)) / 4);
    long rounded = (positions + (step - 1L)) / step * step;
    return (int) Math.min(Math.max(rounded, STEP), maxContext);
  }

  /**
   * The capacity to use next: grows as soon as it must, shrinks when half would do, so that a
   * relayout is paid for by many steps, and is the counted one where nothing larger fits.
   *
   * @param limit positions of a row that there is memory for, at least the counted ones
   */
  static int next(int current, int positions, int maxContext, long limit) {
    int fitting = holding(positions, maxContext);
    int next = positions > current || fitting <= current / 2 ? fitting : current;
    return next <= limit
        ? next
        : (int) Math.min(Math.max(KvBlocks.counted(positions), STEP), maxContext);
  }
}

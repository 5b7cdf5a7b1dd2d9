package dev.unmask.bridge.engine.tensorrt;

/**
 * Sizes of one symbolic dimension under an optimisation profile.
 *
 * @param min smallest
 * @param opt the one that kernels are chosen for
 * @param max largest; memory is sized by it
 */
record ShapeRange(int min, int opt, int max) {
  /** Whether a size is allowed. */
  boolean holds(int size) {
    return size >= min && size <= max;
  }
}

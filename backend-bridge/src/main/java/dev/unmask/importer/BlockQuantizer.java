package dev.unmask.importer;

/**
 * Quantises blocks of up to {@value #BLOCK} weights to 4 bits: {@code w = scale * (q - zeroPoint)}
 * with q in 0 to {@value #LIMIT}, rounded to the nearest, ties to even.
 *
 * <p>The steps go from the least to the greatest weight, zero included and exact, since with so few
 * of them those that one side does not use are missed on the other.
 */
final class BlockQuantizer {
  /** Weights that share a scale and a zero point. */
  static final int BLOCK = 32;

  /** Bits of a quantised weight. */
  static final int BITS = 4;

  private static final int LIMIT = (1 << BITS) - 1;
  private static final int MIDDLE = LIMIT / 2 + 1;

  private float scale;
  private int zeroPoint;

  /** Chooses scale and zero point for finite weights {@code [start, end)}. */
  void fit(float[] weights, int start, int end) {
    // Zero is within the range: it must be exact, and a block's padding is zero.
    float least = 0;
    float greatest = 0;
    for (int i = start; i < end; i++) {
      least = Math.min(least, weights[i]);
      greatest = Math.max(greatest, weights[i]);
    }
    scale = (float) (((double) greatest - least) / LIMIT);
    zeroPoint = scale == 0 ? MIDDLE : clamp(Math.rint(-least / (double) scale));
  }

  /** A weight of the block, quantised. */
  int quantize(float weight) {
    return scale == 0 ? zeroPoint : clamp(Math.rint(weight / (double) scale) + zeroPoint);
  }

  private static int clamp(double value) {
    return (int) Math.max(0, Math.min(LIMIT, value));
  }

  /** Size of a step. */
  float scale() {
    return scale;
  }

  /** What stands for zero. */
  int zeroPoint() {
    return zeroPoint;
  }
}

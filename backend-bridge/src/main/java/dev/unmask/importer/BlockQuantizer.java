package dev.unmask.importer;

/**
 * Quantises blocks of up to {@value #BLOCK} weights: {@code w = scale * (q - zeroPoint)} with q in
 * 0 to 2^bits - 1, rounded to the nearest, ties to even.
 *
 * <p>With 8 bits blocks are symmetric: the zero point is 128 and the largest magnitude becomes 127
 * steps. With 4 bits they are asymmetric: 15 steps go from the least to the greatest weight, zero
 * included and exact, since with so few of them those that one side does not use are missed on the
 * other.
 */
final class BlockQuantizer {
  /** Weights that share a scale. */
  static final int BLOCK = 32;

  private final int bits;
  private final int limit;
  private float scale;
  private int zeroPoint;

  /**
   * @param bits of a quantised weight: 8 or 4
   */
  BlockQuantizer(int bits) {
    this.bits = bits;
    limit = (1 << bits) - 1;
  }

  /** Whether blocks have zero points of their own; else it is half of the range. */
  static boolean asymmetric(int bits) {
    return bits < 8;
  }

  /** Chooses scale and zero point for finite weights {@code [start, end)}. */
  void fit(float[] weights, int start, int end) {
    // Zero is within the range: it must be exact, and a block's padding is zero.
    float least = 0;
    float greatest = 0;
    for (int i = start; i < end; i++) {
      least = Math.min(least, weights[i]);
      greatest = Math.max(greatest, weights[i]);
    }
    int middle = limit / 2 + 1;
    if (asymmetric(bits)) {
      scale = (float) (((double) greatest - least) / limit);
      zeroPoint = scale == 0 ? middle : clamp(Math.rint(-least / (double) scale));
    } else {
      scale = Math.max(-least, greatest) / (middle - 1);
      zeroPoint = middle;
    }
  }

  /** A weight of the block, quantised. */
  int quantize(float weight) {
    return scale == 0 ? zeroPoint : clamp(Math.rint(weight / (double) scale) + zeroPoint);
  }

  private int clamp(double value) {
    return (int) Math.max(0, Math.min(limit, value));
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

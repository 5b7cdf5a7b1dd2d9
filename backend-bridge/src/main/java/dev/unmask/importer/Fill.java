package dev.unmask.importer;

import java.util.SplittableRandom;

/**
 * Values for weights that may be anything.
 *
 * @param random whether they are random; else they are all the constant
 * @param seed of the random ones: the same seed gives the same values
 * @param constant the one value otherwise
 */
record Fill(boolean random, long seed, float constant) {
  /** Half the width of the uniform distribution: a standard deviation of 0.02. */
  private static final float RANGE = 0.02f * 1.7320508f;

  static Fill constant(float value) {
    return new Fill(false, 0, value);
  }

  static Fill random(long seed) {
    return new Fill(true, seed, 0);
  }

  /** The values from the first one on. */
  Values values() {
    if (!random) {
      return () -> constant;
    }
    SplittableRandom source = new SplittableRandom(seed);
    return () -> source.nextInt() * (RANGE * 0x1p-31f);
  }

  /** A sequence of values. */
  @FunctionalInterface
  interface Values {
    float next();
  }
}

package dev.unmask.client;

/** Floating point numbers of 16 bits (IEEE 754 binary16, and bfloat16). */
final class HalfFloats {
  private static final int HALF_BIAS = 15;
  private static final int FLOAT_BIAS = 127;

  private HalfFloats() {}

  static float fromBrain(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Rounds to nearest even. */
  static short toBrain(float value) {
    int bits = Float.floatToIntBits(value);
    if (Float.isNaN(value)) {
      return (short) 0x7fc0;
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  static float fromHalf(short bits) {
    int exponent = (bits >>> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    int sign = bits & 0x8000;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat((sign << 16) | 0x7f800000 | (fraction << 13));
    }
    if (exponent == 0) {
      float magnitude = Math.scalb((float) fraction, -24);
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(
        (sign << 16) | ((exponent - HALF_BIAS + FLOAT_BIAS) << 23) | (fraction << 13));
  }

  /** Rounds to nearest even; what is too large becomes infinite. */
  static short toHalf(float value) {
    int bits = Float.floatToIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    if (Float.isNaN(value)) {
      return (short) 0x7e00;
    }
    int exponent = Math.getExponent(value);
    // In units of the last place of the result, below which the quotient is rounded.
    int scale = exponent < 1 - HALF_BIAS ? 24 : 10 - exponent;
    if (exponent > HALF_BIAS) {
      return (short) (sign | 0x7c00);
    }
    int units = (int) Math.rint(Math.scalb((double) Math.abs(value), scale));
    int biased = exponent < 1 - HALF_BIAS ? 0 : exponent + HALF_BIAS - 1;
    // A fraction that rounds up to the next power of two carries into the exponent by itself.
    return (short) (sign | ((biased << 10) + units));
  }
}

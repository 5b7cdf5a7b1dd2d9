package dev.unmask.scheduler.unmask;

/**
 * Random numbers that depend on nothing but what they are for: the request's seed, the position and
 * the denoising step. A request therefore draws the same numbers whatever shares its batch and
 * however often it is recomputed. The mixing function is SplitMix64 (Steele, Lea, Flood 2014).
 */
public final class CounterRandom {
  /** Draws that choose a token. */
  public static final int TOKEN = 1;

  /** Draws that choose a position. */
  public static final int POSITION = 2;

  private CounterRandom() {}

  /** A number in {@code (0, 1)}, uniform. */
  public static double uniform(long seed, int stream, int position, int step) {
    long x = mix(seed + 0x9E3779B97F4A7C15L);
    x = mix(x + stream * 0xD1B54A32D192ED03L);
    x = mix(x + position * 0xAEF17502108EF2D9L);
    x = mix(x + step * 0xDB4F0B9175AE2165L);
    return ((x >>> 11) + 0.5) * 0x1p-53;
  }

  /** Standard Gumbel noise, {@code -ln(-ln u)}. */
  public static double gumbel(long seed, int stream, int position, int step) {
    return -Math.log(-Math.log(uniform(seed, stream, position, step)));
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

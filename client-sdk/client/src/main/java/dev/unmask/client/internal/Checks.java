package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.UnmaskClientException;

/**
 * Checks of values, with the messages of the server. Only what is wrong for every model is refused
 * here; the rest is the server's to say.
 */
public final class Checks {
  private Checks() {}

  /** A refusal. */
  public static UnmaskClientException invalid(String message) {
    return UnmaskClientException.of(ErrorCode.INVALID_ARGUMENT, message, "", "", false, null);
  }

  /** Refuses with a message unless a condition holds. */
  public static void require(boolean condition, String message) {
    if (!condition) {
      throw invalid(message);
    }
  }

  /** A whole number with a lower bound. */
  public static int atLeast(String name, int value, int min) {
    require(value >= min, name + "=" + value + " is not in >= " + min);
    return value;
  }

  /** A whole number in {@code [min, max]}. */
  public static int within(String name, int value, int min, int max) {
    require(
        value >= min && value <= max, name + "=" + value + " is not in [" + min + ", " + max + "]");
    return value;
  }

  /** A number in {@code [min, max]}; {@link Double#MAX_VALUE} stands for no upper bound. */
  public static double within(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw invalid(
          name
              + "="
              + shown(value)
              + " is not in "
              + (max == Double.MAX_VALUE ? ">= " + min : "[" + min + ", " + max + "]"));
    }
    return value;
  }

  /** The number as the server reads it from a tensor of FP32. */
  private static double shown(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }
}

package dev.unmask.capacity.report.html;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as text: a point before decimals, narrow spaces between thousands, in every locale. */
final class Numbers {
  /** Stands where there is no number. */
  static final String NONE = "–";

  private static final char GROUP = '\u202f';
  private static final double TOO_LONG = 1e12;
  private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_EVEN);

  private Numbers() {}

  /** A measured value, to as many digits as can mean something. */
  static String measured(double value) {
    double size = Math.abs(value);
    if (size >= TOO_LONG || (size > 0 && size < 1e-6)) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    if (value == Math.rint(value) || size >= 1000) {
      return fixed(value, 0);
    }
    if (size >= 1) {
      return fixed(value, size >= 100 ? 1 : 2);
    }
    return new BigDecimal(value).round(THREE_DIGITS).stripTrailingZeros().toPlainString();
  }

  /** A measured value, or a dash where there is none. */
  static String measured(OptionalDouble value) {
    return value.isPresent() ? measured(value.getAsDouble()) : NONE;
  }

  /** A ratio, to two decimals. */
  static String ratio(double value) {
    return fixed(value, 2);
  }

  /** A score or a difference of scores, to at most three decimals. */
  static String score(double value) {
    BigDecimal rounded = new BigDecimal(value).setScale(3, RoundingMode.HALF_EVEN);
    int decimals = Math.max(2, rounded.stripTrailingZeros().scale());
    return rounded.setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** A score, or a dash where there is none. */
  static String score(OptionalDouble value) {
    return value.isPresent() ? score(value.getAsDouble()) : NONE;
  }

  /** A difference of scores with its sign. */
  static String signedScore(double value) {
    String text = score(Math.abs(value));
    return (value < 0 ? "−" : "+") + text;
  }

  /** A share of one as percent. */
  static String percent(double share) {
    return fixed(100 * share, share != 0 && Math.abs(share) < 0.1 ? 1 : 0) + "%";
  }

  /** A share of one as percent, or a dash where there is none. */
  static String percent(OptionalDouble share) {
    return share.isPresent() ? percent(share.getAsDouble()) : NONE;
  }

  /** A value with so many decimals. */
  static String fixed(double value, int decimals) {
    if (Math.abs(value) >= TOO_LONG) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    String digits = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return Math.abs(value) < 10_000 ? digits : grouped(digits);
  }

  private static String grouped(String digits) {
    int point = digits.indexOf('.');
    StringBuilder out = new StringBuilder(digits);
    int first = digits.charAt(0) == '-' ? 1 : 0;
    for (int i = (point < 0 ? digits.length() : point) - 3; i > first; i -= 3) {
      out.insert(i, GROUP);
    }
    return out.toString();
  }

  /** A coordinate in a drawing. */
  static String coordinate(double value) {
    double tenths = Math.rint(value * 10) / 10;
    return tenths == Math.rint(tenths)
        ? Long.toString((long) tenths)
        : String.format(Locale.ROOT, "%.1f", tenths);
  }
}

package dev.unmask.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size in bytes: a number, or one with K, M, G or T for powers of 1024, such as {@code 4G}. */
final class ByteSize implements ITypeConverter<Long> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([KMGT]?)B?");
  private static final String UNITS = "KMGT";

  @Override
  public Long convert(String text) {
    Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + text + "' is no size such as 512M or 4G");
    }
    String unit = matcher.group(2);
    int shift = unit.isEmpty() ? 0 : 10 * (UNITS.indexOf(unit) + 1);
    long number = Long.parseLong(matcher.group(1));
    if (number == 0 || number > Long.MAX_VALUE >> shift) {
      throw new TypeConversionException("'" + text + "' is zero or too large");
    }
    return number << shift;
  }

  /** A size for people, in GiB, MiB or KiB. */
  static String text(long bytes) {
    for (int power = 3; power > 0; power--) {
      if (bytes >= 1L << (10 * power)) {
        return String.format(
            Locale.ROOT, "%.1f %siB", bytes / Math.pow(1024, power), UNITS.charAt(power - 1));
      }
    }
    return bytes + " B";
  }
}

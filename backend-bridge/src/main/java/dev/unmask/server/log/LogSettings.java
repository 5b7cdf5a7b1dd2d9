package dev.unmask.server.log;

import dev.unmask.scheduler.UnmaskException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What is logged, and how. Immutable.
 *
 * @param file where to; empty for standard error
 * @param info whether information is logged
 * @param warning whether warnings are logged
 * @param error whether errors are logged
 * @param verboseLevel 0 for nothing further, 1 for a line per request, 2 and more for details
 * @param iso8601 whether times are written as in ISO 8601
 */
public record LogSettings(
    String file, boolean info, boolean warning, boolean error, int verboseLevel, boolean iso8601) {
  /** What holds without flags. */
  public static final LogSettings DEFAULT = new LogSettings("", true, true, true, 0, false);

  private static final String FORMAT_DEFAULT = "default";
  private static final String FORMAT_ISO = "ISO8601";

  /** Checks the values. */
  public LogSettings {
    if (verboseLevel < 0) {
      throw UnmaskException.invalid("log_verbose_level=" + verboseLevel + " is negative");
    }
  }

  /**
   * Parses the name of a format.
   *
   * @param setting named in the message
   * @return whether it is ISO 8601
   */
  public static boolean isIso8601(String setting, String format) {
    return switch (format.toUpperCase(Locale.ROOT)) {
      case "DEFAULT" -> false;
      case FORMAT_ISO -> true;
      default ->
          throw UnmaskException.invalid(
              setting + "='" + format + "' is neither default nor ISO8601");
    };
  }

  /** By the names of the protocol. */
  Map<String, Object> toMap() {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("log_file", file);
    result.put("log_info", info);
    result.put("log_warning", warning);
    result.put("log_error", error);
    result.put("log_verbose_level", verboseLevel);
    result.put("log_format", iso8601 ? FORMAT_ISO : FORMAT_DEFAULT);
    return result;
  }

  /**
   * With some settings changed.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming a setting that is unknown, cannot be changed or
   *     has a value of another type
   */
  LogSettings with(Map<String, Object> changes) {
    Map<String, Object> all = toMap();
    changes.forEach(
        (name, value) -> {
          if (!all.containsKey(name)) {
            throw UnmaskException.invalid("log setting '" + name + "' is unknown");
          }
          if (name.equals("log_file")) {
            throw UnmaskException.invalid(
                "log_file: log file location can not be updated through network protocol");
          }
          all.put(name, value);
        });
    return new LogSettings(
        file,
        truth(all, "log_info"),
        truth(all, "log_warning"),
        truth(all, "log_error"),
        level(all.get("log_verbose_level")),
        isIso8601("log_format", text(all.get("log_format"))));
  }

  private static boolean truth(Map<String, Object> all, String name) {
    if (all.get(name) instanceof Boolean value) {
      return value;
    }
    throw UnmaskException.invalid(name + "=" + all.get(name) + " is neither true nor false");
  }

  private static int level(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      long level = ((Number) value).longValue();
      if (level >= 0 && level <= Integer.MAX_VALUE) {
        return (int) level;
      }
    }
    throw UnmaskException.invalid("log_verbose_level=" + value + " is no integer from 0 on");
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw UnmaskException.invalid("log_format=" + value + " is no text");
  }
}

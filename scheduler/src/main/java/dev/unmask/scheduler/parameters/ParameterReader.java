package dev.unmask.scheduler.parameters;

import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Typed, range-checked access to a map of parameters. Values may be numbers, booleans, strings (as
 * from a command line) or lists; null counts as not given. Remembers which keys were asked for, so
 * that a key nobody knows can be reported.
 */
final class ParameterReader {
  /** One list within a text of lists. */
  private static final Pattern LIST = Pattern.compile("\\[[^\\[\\]]*\\]");

  /** A text of lists, such as {@code [[1,2],[3]]}. */
  private static final Pattern LISTS =
      Pattern.compile("\\s*\\[\\s*(" + LIST + "(\\s*,\\s*" + LIST + ")*)?\\s*\\]\\s*");

  private final Map<String, ?> values;
  private final Set<String> asked = new LinkedHashSet<>();

  ParameterReader(Map<String, ?> values) {
    this.values = values;
  }

  boolean has(String name) {
    asked.add(name);
    return values.get(name) != null;
  }

  /** The first of several synonyms that is given, or the first of all. */
  String firstGiven(String... synonyms) {
    String found = null;
    for (String name : synonyms) {
      if (has(name)) {
        if (found != null && !values.get(found).equals(values.get(name))) {
          throw UnmaskException.invalid(
              found
                  + "="
                  + values.get(found)
                  + " and "
                  + name
                  + "="
                  + values.get(name)
                  + " differ");
        }
        found = found == null ? name : found;
      }
    }
    return found == null ? synonyms[0] : found;
  }

  int integer(String name, int fallback, int min, int max) {
    return has(name) ? (int) integral(name, values.get(name), min, max) : fallback;
  }

  long longInteger(String name, long fallback) {
    return has(name) ? integral(name, values.get(name), Long.MIN_VALUE, Long.MAX_VALUE) : fallback;
  }

  /** A number in {@code [min, max]}. */
  double number(String name, double fallback, double min, double max) {
    if (!has(name)) {
      return fallback;
    }
    Object value = values.get(name);
    double number;
    if (value instanceof Number given) {
      number = given.doubleValue();
    } else if (value instanceof String text) {
      try {
        number = Double.parseDouble(text.strip());
      } catch (NumberFormatException e) {
        throw notA(name, value, "a number");
      }
    } else {
      throw notA(name, value, "a number");
    }
    if (!(number >= min && number <= max)) {
      throw UnmaskException.invalid(name + "=" + value + " is not in " + range(min, max));
    }
    return number;
  }

  boolean flag(String name, boolean fallback) {
    if (!has(name)) {
      return fallback;
    }
    Object value = values.get(name);
    if (value instanceof Boolean given) {
      return given;
    }
    if (value instanceof String text) {
      switch (text.strip().toLowerCase(Locale.ROOT)) {
        case "true":
          return true;
        case "false":
          return false;
        default:
          break;
      }
    }
    throw notA(name, value, "true or false");
  }

  <E extends Enum<E>> E choice(String name, E fallback, E[] all) {
    if (!has(name)) {
      return fallback;
    }
    return Algorithm.Enums.of(
        name,
        String.valueOf(values.get(name)).strip(),
        all,
        constant -> constant.name().toLowerCase(Locale.ROOT));
  }

  /** A list of token ids, given as a list, an array, one number, or text such as {@code 1,2}. */
  int[] tokenIds(String name, int[] fallback, int vocabSize) {
    return has(name) ? tokenIds(name, values.get(name), vocabSize) : fallback;
  }

  /**
   * A list of lists of token ids, none of them empty, given as a list, an array, or text such as
   * {@code [[1,2],[3]]}; none where it is not given.
   */
  int[][] tokenIdLists(String name, int vocabSize) {
    if (!has(name)) {
      return new int[0][];
    }
    Object value = values.get(name);
    Object[] elements;
    if (value instanceof List<?> list) {
      elements = list.toArray();
    } else if (value instanceof int[][] arrays) {
      elements = arrays;
    } else if (value instanceof String text && LISTS.matcher(text).matches()) {
      String inner = text.substring(text.indexOf('[') + 1);
      elements = LIST.matcher(inner).results().map(MatchResult::group).toArray();
    } else {
      throw notA(name, value, "a list of lists of token ids");
    }
    int[][] lists = new int[elements.length][];
    for (int i = 0; i < lists.length; i++) {
      String element = name + "[" + i + "]";
      lists[i] = tokenIds(element, elements[i], vocabSize);
      if (lists[i].length == 0) {
        throw UnmaskException.invalid(element + " has no token");
      }
    }
    return lists;
  }

  private static int[] tokenIds(String name, Object value, int vocabSize) {
    Object[] elements;
    if (value instanceof List<?> list) {
      elements = list.toArray();
    } else if (value instanceof int[] array) {
      elements = Arrays.stream(array).boxed().toArray();
    } else if (value instanceof String text) {
      String inner = text.strip().replaceAll("^\\[|\\]$", "").strip();
      elements = inner.isEmpty() ? new Object[0] : inner.split(",", -1);
    } else {
      elements = new Object[] {value};
    }
    int[] ids = new int[elements.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) integral(name, elements[i], 0, vocabSize - 1);
    }
    return ids;
  }

  /** Fails where a key was given that was never asked for. */
  void refuseUnknown(String owner) {
    for (String name : values.keySet()) {
      if (!asked.contains(name)) {
        throw UnmaskException.invalid(
            name + "=" + values.get(name) + " is not a parameter of " + owner);
      }
    }
  }

  private static long integral(String name, Object value, long min, long max) {
    long number;
    if (value instanceof Number given
        && given.doubleValue() == Math.rint(given.doubleValue())
        && Math.abs(given.doubleValue()) <= 0x1p63) {
      number = given.longValue();
    } else if (value instanceof String text) {
      try {
        number = Long.parseLong(text.strip());
      } catch (NumberFormatException e) {
        throw notA(name, value, "an integer");
      }
    } else {
      throw notA(name, value, "an integer");
    }
    if (number < min || number > max) {
      throw UnmaskException.invalid(
          name
              + "="
              + value
              + " is not in "
              + (max == Integer.MAX_VALUE ? ">= " + min : "[" + min + ", " + max + "]"));
    }
    return number;
  }

  private static UnmaskException notA(String name, Object value, String what) {
    return UnmaskException.invalid(name + "=" + value + " is not " + what);
  }

  private static String range(double min, double max) {
    return max == Double.POSITIVE_INFINITY || max == Double.MAX_VALUE
        ? ">= " + min
        : "[" + min + ", " + max + "]";
  }
}

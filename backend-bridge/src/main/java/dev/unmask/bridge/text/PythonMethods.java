package dev.unmask.bridge.text;

import com.hubspot.jinjava.objects.collections.PyList;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELException;
import jinjava.javax.el.ELResolver;

/** Python's methods and indexing of strings and lists, as far as chat templates use them. */
final class PythonMethods extends ELResolver {
  /** What the slice {@code [::-1]} is rewritten to. */
  static final String REVERSED = "unmask_reversed";

  private static final Pattern INTEGER = Pattern.compile("-?\\d{1,9}");

  @Override
  public Object getValue(ELContext context, Object base, Object property) {
    if (base instanceof CharSequence text && INTEGER.matcher(property.toString()).matches()) {
      context.setPropertyResolved(true);
      int number = Integer.parseInt(property.toString());
      String string = text.toString();
      int length = string.codePointCount(0, string.length());
      int index = number < 0 ? number + length : number;
      if (index < 0 || index >= length) {
        throw new ELException("string index " + number + " out of range");
      }
      int start = string.offsetByCodePoints(0, index);
      return string.substring(start, string.offsetByCodePoints(start, 1));
    }
    return null;
  }

  @Override
  public Object invoke(
      ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
    Object result = null;
    if (base instanceof CharSequence text) {
      result = onString(text.toString(), method.toString(), arguments);
    } else if (base instanceof List<?> list && method.equals(REVERSED)) {
      List<Object> reversed = new ArrayList<>(list);
      Collections.reverse(reversed);
      result = new PyList(reversed);
    }
    if (result != null) {
      context.setPropertyResolved(true);
    }
    return result;
  }

  private static Object onString(String text, String method, Object[] arguments) {
    Object first = arguments.length > 0 ? arguments[0] : null;
    return switch (method) {
      case "strip" -> strip(text, string(first), true, true);
      case "lstrip" -> strip(text, string(first), true, false);
      case "rstrip" -> strip(text, string(first), false, true);
      case "startswith" -> anyOf(first, text::startsWith);
      case "endswith" -> anyOf(first, text::endsWith);
      case "split" -> split(text, string(first), arguments.length > 1 ? arguments[1] : null);
      case "splitlines" -> new PyList(new ArrayList<Object>(text.lines().toList()));
      case "replace" -> text.replace(string(first), string(arguments[1]));
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "capitalize" -> capitalize(text);
      case "title" -> title(text);
      case "find" -> (long) text.indexOf(string(first));
      case "count" -> (long) (split(text, string(first), null).size() - 1);
      case "isdigit" -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
      case "join" -> join(text, first);
      case REVERSED -> new StringBuilder(text).reverse().toString();
      default -> null;
    };
  }

  /**
   * Removes characters from the ends of a text.
   *
   * @param characters the characters to remove, null for white space
   */
  static String strip(String text, String characters, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && strips(text.charAt(start), characters)) {
      start++;
    }
    while (right && end > start && strips(text.charAt(end - 1), characters)) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean strips(char c, String characters) {
    return characters == null ? Unicode.isSpace(c) : characters.indexOf(c) >= 0;
  }

  private static boolean anyOf(Object affixes, Predicate<String> test) {
    if (affixes instanceof Iterable<?> several) {
      for (Object affix : several) {
        if (test.test(string(affix))) {
          return true;
        }
      }
      return false;
    }
    return test.test(string(affixes));
  }

  private static PyList split(String text, String separator, Object limit) {
    int rest = limit instanceof Number number ? number.intValue() : -1;
    List<Object> parts = new ArrayList<>();
    if (separator == null) {
      for (String part : strip(text, null, true, true).split("\\s+", rest < 0 ? 0 : rest + 1)) {
        if (!part.isEmpty()) {
          parts.add(part);
        }
      }
      return new PyList(parts);
    }
    if (separator.isEmpty()) {
      throw new ELException("split: empty separator");
    }
    int start = 0;
    int next = text.indexOf(separator);
    while (next >= 0 && rest != 0) {
      parts.add(text.substring(start, next));
      start = next + separator.length();
      next = text.indexOf(separator, start);
      rest--;
    }
    parts.add(text.substring(start));
    return new PyList(parts);
  }

  private static String join(String separator, Object items) {
    StringBuilder out = new StringBuilder();
    if (items instanceof Iterable<?> several) {
      for (Object item : several) {
        out.append(out.isEmpty() ? "" : separator).append(item);
      }
    }
    return out.toString();
  }

  private static String capitalize(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return out.toString();
  }

  private static String string(Object value) {
    return value == null ? null : value.toString();
  }

  @Override
  public Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {}

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return true;
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return null;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return Collections.emptyIterator();
  }
}

package dev.unmask.bridge.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.objects.collections.PyList;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Functions, filters and tags that chat templates use and Jinjava lacks or defines otherwise.
 * Public only because Jinjava calls the functions by reflection.
 */
public final class TemplateFunctions {
  private static final Map<Character, String> DATE_PATTERNS =
      Map.ofEntries(
          Map.entry('Y', "yyyy"),
          Map.entry('y', "yy"),
          Map.entry('m', "MM"),
          Map.entry('B', "MMMM"),
          Map.entry('b', "MMM"),
          Map.entry('d', "dd"),
          Map.entry('e', "ppd"),
          Map.entry('j', "DDD"),
          Map.entry('A', "EEEE"),
          Map.entry('a', "EEE"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('p', "a"),
          Map.entry('F', "yyyy-MM-dd"),
          Map.entry('T', "HH:mm:ss"));

  private TemplateFunctions() {}

  /** Thrown by a template that refuses its messages. */
  static final class Raised extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Raised(String message) {
      super(message);
    }
  }

  /** {@code raise_exception(message)}. */
  public static Object raise(Object message) {
    throw new Raised(String.valueOf(message));
  }

  /** {@code strftime_now(format)}: the local time, in English. */
  public static String strftimeNow(String format) {
    return strftime(LocalDateTime.now(), format);
  }

  static String strftime(LocalDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      String pattern = DATE_PATTERNS.get(directive);
      if (pattern != null) {
        out.append(time.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)));
      } else if (directive == '%') {
        out.append('%');
      } else {
        throw new Raised("strftime_now: %" + directive + " is not supported");
      }
    }
    return out.toString();
  }

  /** {@code tojson}, spaced as Python's {@code json.dumps} does it, without HTML escapes. */
  static final class ToJson implements AdvancedFilter {
    @Override
    public String getName() {
      return "tojson";
    }

    @Override
    public Object filter(
        Object value, JinjavaInterpreter interpreter, Object[] args, Map<String, Object> kwargs) {
      Object indent = kwargs.getOrDefault("indent", args.length > 0 ? args[0] : null);
      return PythonJson.dumps(value, indent instanceof Number n ? n.intValue() : -1);
    }
  }

  /** {@code trim}, with Python's idea of white space. */
  static final class Trim implements Filter {
    @Override
    public String getName() {
      return "trim";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... args) {
      return value == null
          ? ""
          : PythonMethods.strip(value.toString(), args.length > 0 ? args[0] : null, true, true);
    }
  }

  /** {@code items}: the pairs of a mapping. */
  static final class Items implements Filter {
    @Override
    public String getName() {
      return "items";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... args) {
      List<Object> pairs = new ArrayList<>();
      if (value instanceof Map<?, ?> map) {
        map.entrySet().forEach(pairs::add);
      }
      return new PyList(pairs);
    }
  }

  /** {@code generation}: marks the assistant's words for training; here only its body counts. */
  static final class Generation implements Tag {
    private static final long serialVersionUID = 1L;

    @Override
    public String getName() {
      return "generation";
    }

    @Override
    public String getEndTagName() {
      return "endgeneration";
    }

    @Override
    public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
      StringBuilder out = new StringBuilder();
      for (Node child : tag.getChildren()) {
        out.append(child.render(interpreter).getValue());
      }
      return out.toString();
    }
  }
}

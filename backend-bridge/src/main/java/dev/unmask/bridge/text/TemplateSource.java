package dev.unmask.bridge.text;

import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Adapts a template's source to Jinjava, which differs from Jinja in four ways that templates run
 * into: it has no slices with a step, it binds a keyword argument closer than the operators of its
 * value, it renders a loop with a filter as if the list were empty, and it passes over filters that
 * it does not know. The first two are rewritten, the others refused.
 */
final class TemplateSource {
  private static final String REVERSING_SLICE = "[::-1]";
  private static final Pattern SIMPLE_VALUE = Pattern.compile("[\\w.]*|'[^']*'|\"[^\"]*\"");
  private static final Pattern DECLARATION = Pattern.compile("\\{%[-+]?\\s*(macro|call)\\b.*");
  private static final Pattern FILTERED_LOOP =
      Pattern.compile("\\{%[-+]?\\s*for\\s.*\\sin\\s(?!.*\\selse\\s).*\\sif\\s.*", Pattern.DOTALL);

  private final String source;
  private final Predicate<String> knowsFilter;
  private final StringBuilder out = new StringBuilder();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private int position;

  private TemplateSource(String source, Predicate<String> knowsFilter) {
    this.source = source;
    this.knowsFilter = knowsFilter;
  }

  /** An open bracket; where the value of its current keyword argument starts in the output. */
  private static final class Frame {
    final boolean call;
    int valueStart = -1;

    Frame(boolean call) {
      this.call = call;
    }
  }

  /**
   * The source as Jinjava is to see it.
   *
   * @param knowsFilter tells the names of the filters there are
   * @throws UnmaskException INVALID_ARGUMENT where a construct is not supported
   */
  static String adapt(String source, Predicate<String> knowsFilter) {
    String body = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
    return new TemplateSource(body, knowsFilter).adapt();
  }

  private String adapt() {
    while (position < source.length()) {
      if (source.startsWith("{#", position)) {
        int end = source.indexOf("#}", position + 2);
        copyTo(end < 0 ? source.length() : end + 2);
      } else if (source.startsWith("{{", position)) {
        adaptTag("}}");
      } else if (source.startsWith("{%", position)) {
        adaptTag("%}");
      } else {
        copyTo(position + 1);
      }
    }
    return out.toString();
  }

  private void adaptTag(String end) {
    int start = position;
    int outStart = out.length();
    frames.clear();
    copyTo(position + 2);
    while (position < source.length() && !(frames.isEmpty() && source.startsWith(end, position))) {
      adaptNext(outStart);
    }
    copyTo(Math.min(source.length(), position + 2));
    if (FILTERED_LOOP.matcher(source.substring(start, position)).matches()) {
      throw UnmaskException.invalid("chat template: a for loop with an if filter is not supported");
    }
  }

  private void adaptNext(int tagStart) {
    char c = source.charAt(position);
    if (c == '\'' || c == '"') {
      copyString(c);
    } else if (source.startsWith(REVERSING_SLICE, position)) {
      out.append('.').append(PythonMethods.REVERSED).append("()");
      position += REVERSING_SLICE.length();
    } else if (c == '(' || c == '[' || c == '{') {
      boolean declares = DECLARATION.matcher(out.substring(tagStart)).matches();
      frames.push(new Frame(c == '(' && !declares));
      copyTo(position + 1);
    } else if (c == ')' || c == ']' || c == '}') {
      endArgument();
      frames.poll();
      copyTo(position + 1);
    } else if (c == ',') {
      endArgument();
      copyTo(position + 1);
    } else if (c == '|') {
      copyTo(position + 1);
      checkFilter();
    } else if (c == '=' && isKeyword()) {
      copyTo(position + 1);
      frames.peek().valueStart = out.length();
    } else {
      copyTo(position + 1);
    }
  }

  /** Whether the equals sign at the position follows the name of a call's argument. */
  private boolean isKeyword() {
    return !frames.isEmpty()
        && frames.peek().call
        && frames.peek().valueStart < 0
        && !source.startsWith("==", position)
        && "=!<>".indexOf(source.charAt(position - 1)) < 0;
  }

  private void endArgument() {
    Frame frame = frames.peek();
    if (frame == null || frame.valueStart < 0) {
      return;
    }
    if (!SIMPLE_VALUE.matcher(out.substring(frame.valueStart).strip()).matches()) {
      out.insert(frame.valueStart, '(').append(')');
    }
    frame.valueStart = -1;
  }

  private void checkFilter() {
    int start = position;
    while (start < source.length() && Character.isWhitespace(source.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < source.length() && Character.isJavaIdentifierPart(source.charAt(end))) {
      end++;
    }
    String name = source.substring(start, end);
    if (!knowsFilter.test(name)) {
      throw UnmaskException.invalid("chat template: no filter named '" + name + "'");
    }
  }

  private void copyString(char quote) {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    copyTo(Math.min(source.length(), end + 1));
  }

  private void copyTo(int end) {
    out.append(source, position, end);
    position = end;
  }
}

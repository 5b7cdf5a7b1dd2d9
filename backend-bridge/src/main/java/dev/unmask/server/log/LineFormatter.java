package dev.unmask.server.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * One line per record as Triton writes it: severity, time in UTC, process, source, message. Control
 * characters are escaped, so that no message can pretend to be several. A stack trace follows its
 * line, indented.
 */
final class LineFormatter extends Formatter {
  private static final DateTimeFormatter SHORT =
      DateTimeFormatter.ofPattern("MMdd HH:mm:ss.SSSSSS", Locale.ROOT);
  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT);

  private final boolean iso8601;
  private final long pid = ProcessHandle.current().pid();

  LineFormatter(boolean iso8601) {
    this.iso8601 = iso8601;
  }

  @Override
  public String format(LogRecord record) {
    ZonedDateTime time = record.getInstant().atZone(ZoneOffset.UTC);
    StringBuilder line = new StringBuilder(120);
    if (iso8601) {
      line.append(ISO.format(time)).append(' ').append(severity(record.getLevel()));
    } else {
      line.append(severity(record.getLevel())).append(SHORT.format(time));
    }
    line.append(' ').append(pid).append(' ').append(source(record.getLoggerName())).append("] ");
    escape(line, formatMessage(record));
    line.append('\n');
    if (record.getThrown() != null) {
      StringWriter trace = new StringWriter();
      record.getThrown().printStackTrace(new PrintWriter(trace));
      trace
          .toString()
          .lines()
          .forEach(
              traceLine -> {
                line.append("    ");
                escape(line, traceLine.strip());
                line.append('\n');
              });
    }
    return line.toString();
  }

  /** Details count as information, as in Triton's log. */
  private static char severity(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return 'E';
    }
    return level.intValue() >= Level.WARNING.intValue() ? 'W' : 'I';
  }

  private static String source(String logger) {
    return logger == null ? "-" : logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static void escape(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        line.append("\\n");
      } else if (Character.isISOControl(c)) {
        line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
  }
}

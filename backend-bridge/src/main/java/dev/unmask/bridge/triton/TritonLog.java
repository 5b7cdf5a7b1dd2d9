package dev.unmask.bridge.triton;

import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_LOG_ERROR;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_LOG_INFO;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_LOG_VERBOSE;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_LOG_WARN;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_LogIsEnabled;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_LogMessage;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.bytedeco.javacpp.BytePointer;

/**
 * Sends what this project logs to Triton's log, in whose format and with whose levels it appears:
 * debug and finer are verbose. In a process of Java's own, which has a log, only this project's
 * loggers are redirected. Any thread.
 */
final class TritonLog extends Handler {
  private static final String OURS = "dev.unmask";

  /** The redirection of this process, while a backend is there that wants it. */
  private static TritonLog installed;

  private static int users;

  private final Formatter formatter = new SimpleFormatter();
  private final Logger logger;

  /** Held here, or its level would be lost with the logger. */
  private final Logger ours = Logger.getLogger(OURS);

  private final Level levelBefore;
  private final boolean parentsBefore;
  private final Handler[] handlersBefore;

  private TritonLog(Logger logger) {
    this.logger = logger;
    levelBefore = ours.getLevel();
    parentsBefore = logger.getUseParentHandlers();
    handlersBefore = logger.getHandlers();
    setLevel(Level.ALL);
  }

  /**
   * Redirects the log, until as many have given it back as asked for it.
   *
   * @param everything whether libraries' messages are redirected too
   */
  static synchronized void install(boolean everything) {
    users++;
    if (installed == null) {
      installed = new TritonLog(Logger.getLogger(everything ? "" : OURS));
      installed.redirect();
    }
  }

  /** Gives the log back. */
  static synchronized void uninstall() {
    users--;
    if (users == 0) {
      installed.restore();
      installed = null;
    }
  }

  private void redirect() {
    for (Handler handler : handlersBefore) {
      logger.removeHandler(handler);
    }
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
    // Triton's levels decide, and may change while it runs.
    ours.setLevel(Level.FINE);
  }

  private void restore() {
    logger.removeHandler(this);
    for (Handler handler : handlersBefore) {
      logger.addHandler(handler);
    }
    logger.setUseParentHandlers(parentsBefore);
    ours.setLevel(levelBefore);
  }

  /** Never throws, as who logs has other things to do. */
  @Override
  public void publish(LogRecord record) {
    try {
      int level = level(record.getLevel());
      if (TRITONSERVER_LogIsEnabled(level)) {
        write(level, record);
      }
    } catch (Throwable t) {
      reportError("Triton's log", null, ErrorManager.WRITE_FAILURE);
    }
  }

  private void write(int level, LogRecord record) {
    try (BytePointer source = new BytePointer(source(record), StandardCharsets.UTF_8);
        BytePointer text = new BytePointer(text(record), StandardCharsets.UTF_8)) {
      TritonErrors.drop(TRITONSERVER_LogMessage(level, source, 0, text));
    }
  }

  private static int level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return TRITONSERVER_LOG_ERROR;
    }
    if (value >= Level.WARNING.intValue()) {
      return TRITONSERVER_LOG_WARN;
    }
    return value >= Level.INFO.intValue() ? TRITONSERVER_LOG_INFO : TRITONSERVER_LOG_VERBOSE;
  }

  /** Triton names the source file. */
  private static String source(LogRecord record) {
    String name = record.getLoggerName() == null ? "" : record.getLoggerName();
    return name.substring(name.lastIndexOf('.') + 1) + ".java";
  }

  private String text(LogRecord record) {
    String message = formatter.formatMessage(record);
    if (record.getThrown() == null) {
      return message;
    }
    StringWriter trace = new StringWriter();
    record.getThrown().printStackTrace(new PrintWriter(trace));
    return message + "\n" + trace;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}

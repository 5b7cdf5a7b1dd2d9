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

  private final Formatter formatter = new SimpleFormatter();
  private final Logger logger;

  /** Held here, or its level would be lost with the logger. */
  private final Logger ours = Logger.getLogger(OURS);

  private final Level levelBefore = ours.getLevel();
  private final boolean parentsBefore;
  private final Handler[] handlersBefore;

  private TritonLog(Logger logger) {
    this.logger = logger;
    parentsBefore = logger.getUseParentHandlers();
    handlersBefore = logger.getHandlers();
    setLevel(Level.ALL);
  }

  /**
   * Redirects the log until {@link #close}.
   *
   * @param everything whether libraries' messages are redirected too
   */
  static TritonLog install(boolean everything) {
    Logger logger = Logger.getLogger(everything ? "" : OURS);
    TritonLog log = new TritonLog(logger);
    for (Handler handler : log.handlersBefore) {
      logger.removeHandler(handler);
    }
    logger.setUseParentHandlers(false);
    logger.addHandler(log);
    // Triton's levels decide, and may change while it runs.
    log.ours.setLevel(Level.FINE);
    return log;
  }

  @Override
  public void publish(LogRecord record) {
    int level = level(record.getLevel());
    if (!TRITONSERVER_LogIsEnabled(level)) {
      return;
    }
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

  /** Gives the log back. Idempotent. */
  @Override
  public void close() {
    logger.removeHandler(this);
    for (Handler handler : handlersBefore) {
      logger.removeHandler(handler);
      logger.addHandler(handler);
    }
    logger.setUseParentHandlers(parentsBefore);
    ours.setLevel(levelBefore);
  }
}

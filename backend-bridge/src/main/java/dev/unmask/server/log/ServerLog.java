package dev.unmask.server.log;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.LogControl;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Takes over the log of this process from the moment it is opened until it is closed. Any thread.
 */
public final class ServerLog implements LogControl, AutoCloseable {
  /** Parents of our loggers and of all others; held here, since the platform forgets them. */
  private static final Logger OURS = Logger.getLogger("dev.unmask");

  private static final Logger ROOT = Logger.getLogger("");

  /** From here on libraries may go into details too. */
  private static final int LIBRARY_VERBOSE_LEVEL = 3;

  private final Handler[] handlersBefore;
  private final Level rootLevelBefore;
  private final Level ourLevelBefore;
  private final LineHandler handler;
  private volatile LogSettings settings;

  private ServerLog(LogSettings settings, LineHandler handler) {
    this.handler = handler;
    handlersBefore = ROOT.getHandlers();
    rootLevelBefore = ROOT.getLevel();
    ourLevelBefore = OURS.getLevel();
    for (Handler before : handlersBefore) {
      ROOT.removeHandler(before);
    }
    ROOT.addHandler(handler);
    apply(settings);
  }

  /**
   * Opens the log.
   *
   * @param standardError written to where the settings name no file; stays open
   * @throws UnmaskException INVALID_ARGUMENT where the file cannot be written
   */
  public static ServerLog open(LogSettings settings, OutputStream standardError) {
    if (settings.file().isEmpty()) {
      return new ServerLog(settings, new LineHandler(standardError, false));
    }
    try {
      OutputStream file =
          Files.newOutputStream(
              Path.of(settings.file()), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return new ServerLog(settings, new LineHandler(file, true));
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.INVALID_ARGUMENT, "--log-file=" + settings.file() + ": " + e, e);
    }
  }

  private void apply(LogSettings next) {
    settings = next;
    handler.settings = next;
    handler.setFormatter(new LineFormatter(next.iso8601()));
    OURS.setLevel(details(next.verboseLevel()));
    ROOT.setLevel(
        next.verboseLevel() >= LIBRARY_VERBOSE_LEVEL ? details(next.verboseLevel()) : Level.INFO);
  }

  private static Level details(int verboseLevel) {
    return switch (verboseLevel) {
      case 0 -> Level.INFO;
      case 1 -> Level.FINE;
      default -> Level.FINEST;
    };
  }

  @Override
  public Map<String, Object> settings() {
    return settings.toMap();
  }

  @Override
  public synchronized void update(Map<String, Object> changes) {
    apply(settings.with(changes));
  }

  /** Gives the log back. Idempotent. */
  @Override
  public synchronized void close() {
    ROOT.removeHandler(handler);
    for (Handler before : handlersBefore) {
      ROOT.removeHandler(before);
      ROOT.addHandler(before);
    }
    ROOT.setLevel(rootLevelBefore);
    OURS.setLevel(ourLevelBefore);
    handler.close();
  }

  /** Writes lines, each at once, so that none is lost when the process dies. */
  private static final class LineHandler extends Handler {
    private final PrintWriter out;
    private final boolean owned;
    private volatile LogSettings settings = LogSettings.DEFAULT;

    LineHandler(OutputStream out, boolean owned) {
      this.out = new PrintWriter(out, false, StandardCharsets.UTF_8);
      this.owned = owned;
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord record) {
      if (wanted(record.getLevel())) {
        String line = getFormatter().format(record);
        synchronized (out) {
          out.write(line);
          out.flush();
        }
      }
    }

    private boolean wanted(Level level) {
      int value = level.intValue();
      if (value >= Level.SEVERE.intValue()) {
        return settings.error();
      }
      if (value >= Level.WARNING.intValue()) {
        return settings.warning();
      }
      return value < Level.INFO.intValue() || settings.info();
    }

    @Override
    public void flush() {
      synchronized (out) {
        out.flush();
      }
    }

    @Override
    public void close() {
      flush();
      if (owned) {
        out.close();
      }
    }
  }
}

package dev.unmask.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** A bar on a terminal's last line; nothing elsewhere. */
final class ProgressBar {
  private static final int WIDTH = 30;
  private static final long INTERVAL_NANOS = 100_000_000;

  private final PrintWriter err;
  private final int total;
  private final boolean enabled;
  private final long startNanos;
  private long drawnNanos;
  private int done;
  private long tokens;

  ProgressBar(PrintWriter err, int total, boolean enabled, long nowNanos) {
    this.err = err;
    this.total = total;
    this.enabled = enabled;
    startNanos = nowNanos;
    drawnNanos = nowNanos;
  }

  void add(int jobTokens) {
    done++;
    tokens += jobTokens;
  }

  /** Draws, unless it did so a moment ago. */
  void draw(long nowNanos) {
    if (!enabled || nowNanos - drawnNanos < INTERVAL_NANOS) {
      return;
    }
    drawnNanos = nowNanos;
    int filled = total == 0 ? WIDTH : (int) ((long) WIDTH * done / total);
    err.printf(
        Locale.ROOT,
        "\r[%s%s] %d/%d  %.0f tokens/s ",
        "#".repeat(filled),
        "-".repeat(WIDTH - filled),
        done,
        total,
        tokens / Math.max(1e-9, (nowNanos - startNanos) / 1e9));
    err.flush();
  }

  void clear() {
    if (enabled) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }
}

package dev.unmask.cli;

/** What the launcher found out about the standard streams. */
public final class Terminal {
  private static final int DEFAULT_COLUMNS = 100;
  private static final int FEWEST_COLUMNS = 40;

  private Terminal() {}

  /** Width in characters; a usual one where the terminal does not tell. */
  static int columns() {
    int columns = Integer.getInteger("unmask.columns", DEFAULT_COLUMNS);
    return columns < FEWEST_COLUMNS ? DEFAULT_COLUMNS : columns;
  }

  /** Whether the standard output is a terminal that understands ANSI sequences. */
  static boolean onOutput() {
    return Boolean.getBoolean("unmask.stdout.terminal") && !isDumb();
  }

  /** Whether the standard error is a terminal that understands ANSI sequences. */
  public static boolean onError() {
    return Boolean.getBoolean("unmask.stderr.terminal") && !isDumb();
  }

  private static boolean isDumb() {
    return "dumb".equals(System.getenv("TERM"));
  }
}

package dev.unmask.cli;

/** What the launcher found out about the standard streams. */
final class Terminal {
  private Terminal() {}

  /** Whether the standard output is a terminal that understands ANSI sequences. */
  static boolean onOutput() {
    return Boolean.getBoolean("unmask.stdout.terminal") && !isDumb();
  }

  /** Whether the standard error is a terminal that understands ANSI sequences. */
  static boolean onError() {
    return Boolean.getBoolean("unmask.stderr.terminal") && !isDumb();
  }

  private static boolean isDumb() {
    return "dumb".equals(System.getenv("TERM"));
  }
}

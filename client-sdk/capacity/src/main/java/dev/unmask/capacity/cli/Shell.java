package dev.unmask.capacity.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Words of a command line as a shell reads them. */
final class Shell {
  private Shell() {}

  /** The line that was typed. */
  static String command(CommandSpec spec) {
    List<String> words = spec.root().commandLine().getParseResult().originalArgs();
    return "unmask " + String.join(" ", words.stream().map(Shell::quote).toList());
  }

  static String quote(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}

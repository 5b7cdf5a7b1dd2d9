package dev.unmask.cli;

import dev.unmask.server.log.LogSettings;
import picocli.CommandLine.Option;

/** Options of the server's log, by Triton's names. */
final class LogOptions {
  @Option(
      names = "--log-verbose",
      paramLabel = "N",
      defaultValue = "0",
      description = "0 none, 1 a line per request, 2 and more details (default: ${DEFAULT-VALUE})")
  private int verboseLevel;

  @Option(
      names = "--log-info",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "log information (default: ${DEFAULT-VALUE})")
  private boolean info;

  @Option(
      names = "--log-warning",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "log warnings (default: ${DEFAULT-VALUE})")
  private boolean warning;

  @Option(
      names = "--log-error",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "log errors (default: ${DEFAULT-VALUE})")
  private boolean error;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = "default",
      description = "default or ISO8601 (default: ${DEFAULT-VALUE})")
  private String format;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      defaultValue = "",
      description = "append the log to a file (default: standard error)")
  private String file;

  LogSettings settings() {
    return new LogSettings(
        file, info, warning, error, verboseLevel, LogSettings.isIso8601("--log-format", format));
  }
}

package dev.unmask.cli;

import dev.unmask.model.ModelSettings;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ControlMode;
import dev.unmask.server.RegistryConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Options that say which models are served, by Triton's names. */
final class RepositoryOptions {
  @Option(
      names = {"--model-repository", "--model-store"},
      paramLabel = "DIR",
      description = "model repository; may be given several times (default: the bundled one)")
  private List<Path> repositories = List.of();

  @Option(
      names = "--model-control-mode",
      paramLabel = "MODE",
      defaultValue = "none",
      description = "none, poll or explicit (default: ${DEFAULT-VALUE})")
  private String mode;

  @Option(
      names = "--load-model",
      paramLabel = "NAME",
      description =
          "with explicit: a model to load at the start, * for all; may be given several times")
  private List<String> models = List.of();

  @Option(
      names = "--repository-poll-secs",
      paramLabel = "S",
      defaultValue = "15",
      description = "with poll: seconds between looks (default: ${DEFAULT-VALUE})")
  private int pollSeconds;

  @Option(
      names = "--strict-readiness",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "ready only while every model is (default: ${DEFAULT-VALUE})")
  private boolean strictReadiness;

  @Option(
      names = "--model-load-thread-count",
      paramLabel = "N",
      defaultValue = "4",
      description = "model versions loaded at once (default: ${DEFAULT-VALUE})")
  private int loadThreads;

  @Option(
      names = "--model-load-retry-count",
      paramLabel = "N",
      defaultValue = "0",
      description = "further attempts to load a model (default: ${DEFAULT-VALUE})")
  private int loadRetries;

  boolean strictReadiness() {
    return strictReadiness;
  }

  /**
   * What these options ask for; the bundled models are imported where they are served and missing.
   *
   * @param err told of imports
   */
  RegistryConfig registry(ModelSettings defaults, PrintWriter err) {
    if (repositories.isEmpty()) {
      BundledModels.ensureAll(err);
    }
    return new RegistryConfig(
        repositories.isEmpty() ? List.of(BundledModels.repository()) : repositories,
        mode(),
        models,
        Duration.ofSeconds(pollSeconds),
        loadThreads,
        loadRetries,
        defaults);
  }

  private ControlMode mode() {
    for (ControlMode candidate : ControlMode.values()) {
      if (candidate.name().toLowerCase(Locale.ROOT).equals(mode)) {
        return candidate;
      }
    }
    throw UnmaskException.invalid(
        "--model-control-mode=" + mode + " is none of none, poll, explicit");
  }
}

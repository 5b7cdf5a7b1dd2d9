package dev.unmask.server;

import dev.unmask.model.ModelSettings;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Which models are loaded, and how.
 *
 * @param repositories model repositories, at least one
 * @param mode who decides which models are loaded
 * @param startupModels with EXPLICIT: models to load at the start; {@code *} alone for all
 * @param pollInterval with POLL: time between looks
 * @param loadThreads versions loaded at once
 * @param loadRetries further attempts after a failure
 * @param defaults settings of models whose configuration names none
 */
public record RegistryConfig(
    List<Path> repositories,
    ControlMode mode,
    List<String> startupModels,
    Duration pollInterval,
    int loadThreads,
    int loadRetries,
    ModelSettings defaults) {
  /** Stands for all models. */
  static final String ALL = "*";

  /** Checks the values. */
  public RegistryConfig {
    repositories = List.copyOf(repositories);
    startupModels = List.copyOf(startupModels);
    if (repositories.isEmpty()) {
      throw UnmaskException.invalid("--model-repository is not given");
    }
    if (!startupModels.isEmpty() && mode != ControlMode.EXPLICIT) {
      throw UnmaskException.invalid(
          "--load-model=" + startupModels.get(0) + " needs --model-control-mode=explicit");
    }
    if (startupModels.contains(ALL) && startupModels.size() > 1) {
      throw UnmaskException.invalid("--load-model=* cannot be combined with other models");
    }
    if (pollInterval.isNegative() || pollInterval.isZero()) {
      throw UnmaskException.invalid(
          "--repository-poll-secs=" + pollInterval.toSeconds() + " is not positive");
    }
    if (loadThreads < 1) {
      throw UnmaskException.invalid("--model-load-thread-count=" + loadThreads + " below 1");
    }
    if (loadRetries < 0) {
      throw UnmaskException.invalid("--model-load-retry-count=" + loadRetries + " is negative");
    }
  }
}

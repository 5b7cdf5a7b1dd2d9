package dev.unmask.cli;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say where models are and what runs them. */
final class ModelOptions {
  @Option(
      names = "--repository",
      paramLabel = "DIR",
      description = "model repository (default: the bundled one)")
  private Path repository;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = EngineProviders.AUTO,
      description =
          "what runs the model: tensorrt, onnxruntime, or auto for TensorRT where the model has a"
              + " plan that fits a GPU of this machine (default: ${DEFAULT-VALUE})")
  private String engine;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "threads for the engine's arithmetic (default: the engine chooses)")
  private int threads;

  /** The repository to look in; the bundled models are made where they are missing. */
  Path repository() {
    return repository == null ? BundledModels.repository() : repository;
  }

  boolean isBundled() {
    return repository == null;
  }

  /**
   * Opens a model of the repository; the caller closes it.
   *
   * @param maxSequences how many sequences decode at once
   */
  OpenModel open(String name, int maxSequences) {
    if (threads < 0) {
      throw UnmaskException.invalid("--threads=" + threads + " is negative");
    }
    return OpenModel.open(repository(), name, engine, new EngineOptions(maxSequences, threads));
  }
}

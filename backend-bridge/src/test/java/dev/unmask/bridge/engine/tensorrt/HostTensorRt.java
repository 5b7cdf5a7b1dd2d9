package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens sessions of the TensorRT engine whose device is host memory, for tests elsewhere. */
public final class HostTensorRt {
  private static final long DEVICE_BYTES = 8L << 30;

  private HostTensorRt() {}

  /**
   * Opens a model.
   *
   * @param versionDirectory has the graph; nothing is written there
   * @param plans a directory in which the plan's files are made
   * @param maxBatch rows of a run at most
   */
  public static EngineSession open(
      Path versionDirectory,
      ModelManifest manifest,
      EngineOptions options,
      Path plans,
      int maxBatch)
      throws IOException {
    Path directory = Files.createTempDirectory(plans, manifest.name());
    HostPlatform.writePlan(directory, manifest, maxBatch, manifest.maxContext());
    return SessionOpener.open(
        new HostPlatform(DEVICE_BYTES, versionDirectory),
        directory,
        manifest,
        PlanManifest.read(directory),
        options);
  }
}

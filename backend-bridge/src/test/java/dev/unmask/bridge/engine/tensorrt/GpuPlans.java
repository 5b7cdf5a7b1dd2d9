package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sessions on this machine's first GPU, for tests with the tag {@code gpu}. */
public final class GpuPlans {
  private GpuPlans() {}

  /** Opens a model, whose plan is built beside its graph where there is none. */
  public static EngineSession open(
      Path versionDirectory, ModelManifest manifest, int maxBatch, EngineOptions options) {
    boolean graph = Files.exists(versionDirectory.resolve("model.onnx"));
    if (graph && !PlanManifest.exists(versionDirectory)) {
      PlanRequest request = new PlanRequest(null, maxBatch, null, null, null, null, false);
      new PlanBuilder(versionDirectory, manifest, request).build();
    }
    return new TensorRtEngineProvider().open(versionDirectory, manifest, options);
  }

  /** Copies what a plan is built from, so that the original directory stays without one. */
  public static Path copy(Path versionDirectory, Path target) throws IOException {
    Files.createDirectories(target);
    for (String name : new String[] {"model.onnx", "model.onnx.data", ModelManifest.FILE_NAME}) {
      if (Files.exists(versionDirectory.resolve(name))) {
        Files.copy(versionDirectory.resolve(name), target.resolve(name));
      }
    }
    return target;
  }

  /** Device memory that is free. */
  public static long freeBytes() {
    try (DeviceRuntime device = new CudaPlatform().open(0)) {
      return device.freeBytes();
    }
  }
}

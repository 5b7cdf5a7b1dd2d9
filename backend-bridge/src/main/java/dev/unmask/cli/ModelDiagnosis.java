package dev.unmask.cli;

import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.bridge.engine.tensorrt.GpuReport;
import dev.unmask.bridge.engine.tensorrt.PlanStatus;
import dev.unmask.bridge.engine.tensorrt.TensorRtEngineProvider;
import dev.unmask.model.ModelConfigs;
import dev.unmask.model.ModelSettings;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InstanceGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What can be said of a model without loading it.
 *
 * @param engine that its configuration or the default chooses; null where that cannot be read
 * @param dtype of weights and KV cache
 * @param graphBytes of model.onnx with its weights
 * @param cacheBytesPerSequence KV cache of one sequence of {@code maxContext} positions
 * @param plan its TensorRT plan; null where the model cannot be read
 * @param problem why the chosen engine cannot serve it, in one line; null where nothing is known
 */
record ModelDiagnosis(
    String name,
    String engine,
    String dtype,
    int maxContext,
    long graphBytes,
    long cacheBytesPerSequence,
    PlanStatus plan,
    String problem) {

  private static final String[] GRAPH = {"model.onnx", "model.onnx.data", "model.unmask"};

  /**
   * Looks at a model.
   *
   * @param cpuProblem why ONNX Runtime does not run here, null where it does
   */
  static ModelDiagnosis of(Path repository, String name, GpuReport gpu, String cpuProblem) {
    try {
      Path directory = ModelDirectories.newestVersion(repository, name);
      ModelManifest manifest = ModelManifest.read(directory);
      ModelConfig config = ModelConfigs.read(repository.resolve(name));
      ModelSettings settings =
          InstanceGroups.settings(
              name, config, ModelSettings.DEFAULT.with(ModelConfigs.parameters(config)));
      PlanStatus plan = planStatus(directory, manifest, gpu, settings.devices());
      String engine = engine(settings.engine(), plan);
      long graphBytes = graphBytes(directory);
      String problem =
          graphBytes == 0
              ? "no model.onnx in " + directory
              : problem(engine, manifest, plan, gpu, cpuProblem);
      return new ModelDiagnosis(
          name,
          engine,
          manifest.dtype(),
          manifest.maxContext(),
          graphBytes,
          cacheBytes(manifest),
          plan,
          problem);
    } catch (UnmaskException e) {
      return new ModelDiagnosis(name, null, null, 0, 0, 0, null, e.getMessage());
    }
  }

  /** Whether the plan fits all devices, or how it does not fit the first of the others. */
  private static PlanStatus planStatus(
      Path directory, ModelManifest manifest, GpuReport gpu, List<Integer> devices) {
    PlanStatus status = null;
    for (int device : devices) {
      status = PlanStatus.of(directory, manifest, gpu, device);
      if (status.state() != PlanStatus.State.FITS) {
        break;
      }
    }
    return status;
  }

  /** The engine that a name stands for here. */
  private static String engine(String name, PlanStatus plan) {
    if (!name.equals(EngineProviders.AUTO)) {
      return name;
    }
    return plan.state() == PlanStatus.State.FITS
        ? TensorRtEngineProvider.NAME
        : OrtEngineProvider.NAME;
  }

  private static String problem(
      String engine, ModelManifest manifest, PlanStatus plan, GpuReport gpu, String cpuProblem) {
    if (engine.equals(OrtEngineProvider.NAME)) {
      return manifest.dtype().equals("bf16") ? "ONNX Runtime runs no bf16 on a CPU" : cpuProblem;
    }
    if (!gpu.usable()) {
      return gpu.problem();
    }
    return plan.state() == PlanStatus.State.FITS ? null : "its plan: " + plan.detail();
  }

  private static long graphBytes(Path directory) {
    long bytes = 0;
    for (String file : GRAPH) {
      try {
        Path path = directory.resolve(file);
        bytes += Files.isRegularFile(path) ? Files.size(path) : 0;
      } catch (IOException e) {
        throw UnmaskException.invalid(directory.resolve(file) + ": " + e.getMessage());
      }
    }
    return bytes;
  }

  private static long cacheBytes(ModelManifest manifest) {
    long elementBytes = manifest.kvElementBytes();
    long positionBytes =
        2L * manifest.layers() * manifest.kvHeads() * manifest.headDim() * elementBytes;
    return positionBytes * manifest.maxContext();
  }
}

package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.repository.ModelManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Devices in host memory, and plans that are the ONNX graphs they were made of. */
final class HostPlatform implements DevicePlatform {
  private final long bytes;
  private final Path graphDirectory;
  private final List<HostDevice> devices = new ArrayList<>();

  /** Plans lie beside their graphs. */
  HostPlatform(long bytes) {
    this(bytes, null);
  }

  /**
   * @param bytes of memory of a device
   * @param graphDirectory where the graph is; null for the plan's directory
   */
  HostPlatform(long bytes, Path graphDirectory) {
    this.bytes = bytes;
    this.graphDirectory = graphDirectory;
  }

  /** Devices opened so far. */
  List<HostDevice> devices() {
    return devices;
  }

  /** Writes a plan for a model that has none. */
  static void writePlan(Path directory, ModelManifest manifest, int maxBatch, int maxQueryTokens) {
    PlanManifest plan =
        new PlanManifest(
            PlanManifest.FORMAT,
            "0.0.0",
            "0.0",
            GraphHash.noted(manifest),
            "0".repeat(64),
            manifest.dtype(),
            manifest.maxContext(),
            maxBatch,
            maxQueryTokens,
            new PlanRequest(null, maxBatch, maxQueryTokens, null, null, null, false)
                .profiles(manifest));
    try {
      Files.writeString(directory.resolve(PlanManifest.FILE_NAME), plan.toJson());
      Files.writeString(directory.resolve(PlanManifest.PLAN_FILE_NAME), "the graph beside it");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DeviceRuntime open(int ordinal) {
    HostDevice device = new HostDevice(bytes);
    devices.add(device);
    return device;
  }

  @Override
  public String version() {
    return "0.0.0";
  }

  @Override
  public LoadedPlan load(Path file) {
    Path directory = file.getParent();
    return new HostPlan(
        devices.get(devices.size() - 1),
        (graphDirectory == null ? directory : graphDirectory).resolve("model.onnx"),
        PlanManifest.read(directory).profiles());
  }
}

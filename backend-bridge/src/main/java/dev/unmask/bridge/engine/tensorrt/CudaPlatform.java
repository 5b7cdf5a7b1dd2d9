package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.tensorrt.global.nvinfer.getInferLibVersion;

import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;

/** The machine's GPUs and its TensorRT. Stateless; any thread. */
final class CudaPlatform implements DevicePlatform {
  @Override
  public DeviceRuntime open(int ordinal) {
    GpuReport report = GpuProbe.probe();
    report.require("to run on");
    if (ordinal >= report.devices().size()) {
      throw UnmaskException.invalid(
          "device=" + ordinal + ": this machine has " + report.devices().size() + " GPUs, from 0");
    }
    return new CudaDevice(ordinal);
  }

  @Override
  public String version() {
    return GpuProbe.versionName(getInferLibVersion());
  }

  @Override
  public LoadedPlan load(Path file) {
    return new TensorRtPlan(file, version());
  }
}

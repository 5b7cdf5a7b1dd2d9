package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.cuda.global.cudart.cudaGetDeviceCount;
import static org.bytedeco.tensorrt.global.nvinfer.getInferLibVersion;

import java.nio.file.Path;
import java.util.function.Supplier;

/** The machine's GPUs and its TensorRT. Stateless; any thread. */
final class CudaPlatform implements DevicePlatform {
  @Override
  public int deviceCount() {
    return loading(
        "CUDA",
        () -> {
          int[] count = new int[1];
          CudaStatus.check("cudaGetDeviceCount", cudaGetDeviceCount(count));
          return count[0];
        });
  }

  @Override
  public DeviceRuntime open(int ordinal) {
    return loading("CUDA", () -> new CudaDevice(ordinal));
  }

  @Override
  public String version() {
    return loading(
        "TensorRT",
        () -> {
          int number = getInferLibVersion();
          return number / 10_000 + "." + number / 100 % 100 + "." + number % 100;
        });
  }

  @Override
  public LoadedPlan load(Path file) {
    return loading("TensorRT", () -> new TensorRtPlan(file, version()));
  }

  /** Where a library is missing, JavaCPP throws an error, and another one from then on. */
  private static <T> T loading(String library, Supplier<T> call) {
    try {
      return call.get();
    } catch (LinkageError e) {
      throw new DeviceException(
          "loading " + library,
          String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          DeviceException.Kind.REFUSED);
    }
  }
}

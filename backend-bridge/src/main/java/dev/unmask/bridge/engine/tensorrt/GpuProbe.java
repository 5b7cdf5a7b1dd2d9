package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.cuda.global.cudart.cudaGetDevice;
import static org.bytedeco.cuda.global.cudart.cudaGetDeviceCount;
import static org.bytedeco.cuda.global.cudart.cudaGetDeviceProperties;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cudaSetDevice;
import static org.bytedeco.tensorrt.global.nvinfer.getInferLibVersion;

import dev.unmask.bridge.engine.tensorrt.GpuReport.Device;
import dev.unmask.bridge.engine.tensorrt.GpuReport.Library;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Finds out what of driver, CUDA, TensorRT and devices a machine has. Never fails and never calls a
 * function whose library is missing or lacks it: each is first asked of the system's loader by the
 * name that JavaCPP's libraries are linked with.
 */
public final class GpuProbe {
  /** Role, file and a function that it must have; JavaCPP's TensorRT needs all of them. */
  private static final String[][] LIBRARIES = {
    {"NVIDIA driver", "libcuda.so.1", "cuInit"},
    {"CUDA runtime", "libcudart.so.13", "cudaGetDeviceCount"},
    {"cuBLAS", "libcublasLt.so.13", null},
    {"cuBLAS", "libcublas.so.13", null},
    {"cuDNN", "libcudnn.so.9", null},
    {"NVRTC", "libnvrtc.so.13", null},
    {"TensorRT", "libnvinfer.so.11", "getInferLibVersion"},
    {"TensorRT plugins", "libnvinfer_plugin.so.11", null},
    {"TensorRT parser", "libnvonnxparser.so.11", "createNvOnnxParser_INTERNAL"},
  };

  private static final int CUDA_LIBRARIES = 2;

  private GpuProbe() {}

  /**
   * Looks at this machine. No device is used for it: that would take some of its memory, of each
   * device, for the life of the process.
   */
  public static GpuReport probe() {
    return probe(false);
  }

  /** As {@link #probe}, and asks every device for the memory that is free, which uses it. */
  public static GpuReport probeMemory() {
    return probe(true);
  }

  private static GpuReport probe(boolean memory) {
    List<Library> libraries = new ArrayList<>();
    for (String[] library : LIBRARIES) {
      libraries.add(new Library(library[0], library[1], problem(library[1], library[2])));
    }
    boolean cuda = libraries.subList(0, CUDA_LIBRARIES).stream().allMatch(Library::present);
    boolean all = libraries.stream().allMatch(Library::present);
    List<Device> devices = new ArrayList<>();
    String deviceProblem =
        cuda ? devices(devices, memory) : "not asked for: driver or runtime is missing";
    return new GpuReport(List.copyOf(libraries), all ? version() : null, devices, deviceProblem);
  }

  private static String problem(String file, String function) {
    try {
      Loader.load(org.bytedeco.javacpp.presets.javacpp.class);
      Loader.loadGlobal(file);
      if (function != null && Loader.addressof(function) == null) {
        return "has no function " + function;
      }
      return null;
    } catch (LinkageError | RuntimeException e) {
      String reason = reason(e);
      return reason.startsWith(file + ": ") ? reason.substring(file.length() + 2) : reason;
    }
  }

  /** Fills the list; returns why it stays empty, or null. */
  private static String devices(List<Device> devices, boolean memory) {
    try {
      int[] count = new int[1];
      String problem = failure("cudaGetDeviceCount", cudaGetDeviceCount(count));
      for (int ordinal = 0; ordinal < count[0] && problem == null; ordinal++) {
        problem = device(ordinal, devices, memory);
      }
      return problem == null && devices.isEmpty() ? "cudaGetDeviceCount: no device" : problem;
    } catch (LinkageError | RuntimeException e) {
      return reason(e);
    }
  }

  private static String device(int ordinal, List<Device> devices, boolean memory) {
    try (cudaDeviceProp properties = new cudaDeviceProp()) {
      String problem =
          failure("cudaGetDeviceProperties", cudaGetDeviceProperties(properties, ordinal));
      if (problem == null) {
        devices.add(
            new Device(
                ordinal,
                properties.name().getString(),
                properties.major() + "." + properties.minor(),
                properties.totalGlobalMem(),
                memory ? freeBytes(ordinal) : null));
      }
      return problem;
    }
  }

  /** Free memory of a device, null where it does not say; the thread keeps its own device. */
  private static Long freeBytes(int ordinal) {
    int[] current = new int[1];
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      if (cudaGetDevice(current) != 0 || cudaSetDevice(ordinal) != 0) {
        return null;
      }
      boolean known = cudaMemGetInfo(free, total) == 0;
      return cudaSetDevice(current[0]) == 0 && known ? free.get() : null;
    }
  }

  private static String failure(String call, int status) {
    return status == 0
        ? null
        : call + ": " + cudaGetErrorString(status).getString() + " (" + status + ")";
  }

  private static String version() {
    try {
      return versionName(getInferLibVersion());
    } catch (LinkageError e) {
      return null;
    }
  }

  /** TensorRT's version number in words, such as 110201 as {@code 11.2.1}. */
  static String versionName(int number) {
    return number / 10_000 + "." + number / 100 % 100 + "." + number % 100;
  }

  /** Why something is not loaded, in one line; JavaCPP's own error names only its library. */
  static String reason(Throwable error) {
    Throwable first = error;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String message = String.valueOf(first.getMessage()).lines().findFirst().orElse("");
    return message.replaceFirst("^/\\S*/(lib\\S+): (lib\\S+: )", "$2");
  }
}

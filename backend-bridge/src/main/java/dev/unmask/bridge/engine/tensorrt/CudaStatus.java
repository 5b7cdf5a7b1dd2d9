package dev.unmask.bridge.engine.tensorrt;

import static org.bytedeco.cuda.global.cudart.cudaErrorMemoryAllocation;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorName;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;
import static org.bytedeco.cuda.global.cudart.cudaPeekAtLastError;

import java.util.Set;

/** Turns what CUDA's calls return into exceptions. */
final class CudaStatus {
  /**
   * Errors after which the context is lost, as the CUDA runtime's documentation says: ECC 214,
   * NVLink 220, contained 226, illegal address 700, timeout 702, destroyed context 709, assert 710,
   * stack, instruction, alignment, address space and program counter 714 to 718, launch 719, tensor
   * memory 721, unknown 999.
   */
  private static final Set<Integer> LOST =
      Set.of(214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 999);

  private CudaStatus() {}

  /** Throws where a call did not succeed. */
  static void check(String call, int status) {
    if (status != 0) {
      // What is not a lost device is told once, and not with a later call too.
      cudaGetLastError();
      String words =
          cudaGetErrorName(status).getString() + ", " + cudaGetErrorString(status).getString();
      throw new DeviceException(call, words + " (" + status + ")", kind(status));
    }
  }

  /** Throws where a call of TensorRT, which only says yes or no, said no. */
  static void check(String call, boolean success) {
    if (!success) {
      int status = cudaPeekAtLastError();
      check(call, status);
      throw new DeviceException(
          call, "refused, see TensorRT's messages in the log", DeviceException.Kind.REFUSED);
    }
  }

  /** What a status means for the calls after it. */
  static DeviceException.Kind kind(int status) {
    if (status == cudaErrorMemoryAllocation) {
      return DeviceException.Kind.OUT_OF_MEMORY;
    }
    return LOST.contains(status) ? DeviceException.Kind.LOST : DeviceException.Kind.REFUSED;
  }
}

package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;

/**
 * What a machine has of what the TensorRT engine needs.
 *
 * @param libraries in the order in which they build on each other
 * @param tensorRtVersion such as 11.2.1, null where TensorRT is not loaded
 * @param devices empty where there is none or it cannot be asked for
 * @param deviceProblem why there are no devices, null where there are
 */
public record GpuReport(
    List<Library> libraries, String tensorRtVersion, List<Device> devices, String deviceProblem) {

  /**
   * A library.
   *
   * @param role what it is, such as driver
   * @param file name that the system's loader was asked for
   * @param problem why it is not loaded, in one line; null where it is
   */
  public record Library(String role, String file, String problem) {
    /** Whether it is there. */
    public boolean present() {
      return problem == null;
    }
  }

  /**
   * A GPU.
   *
   * @param computeCapability such as 9.0
   * @param freeBytes null where it was not asked for or cannot be told
   */
  public record Device(
      int ordinal, String name, String computeCapability, long totalBytes, Long freeBytes) {}

  /** Whether plans can run here. */
  public boolean usable() {
    return deviceProblem == null && libraries.stream().allMatch(Library::present);
  }

  /** What is missing, in one line; null where nothing is. */
  public String problem() {
    for (Library library : libraries) {
      if (!library.present()) {
        return library.role() + " " + library.file() + ": " + library.problem();
      }
    }
    return deviceProblem;
  }

  /**
   * The first device.
   *
   * @param purpose what it is wanted for, such as {@code to build on}
   * @throws UnmaskException UNAVAILABLE where plans cannot run here, saying what is missing
   */
  Device require(String purpose) {
    if (!usable()) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          "no GPU " + purpose + ": " + problem() + " ('./unmask doctor' says more)");
    }
    return devices.get(0);
  }
}

package dev.unmask.bridge.engine.ort;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.lang.management.ManagementFactory;

/** Refuses a KV cache that could not grow to its full size. */
final class MemoryLimits {
  private MemoryLimits() {}

  /**
   * Compares the cache's largest size with the limits of one buffer, of the JVM and of the machine.
   *
   * @param budget positions of rows and saved entries together at most
   * @throws UnmaskException UNSUPPORTED where one tensor would be too large for a buffer,
   *     UNAVAILABLE where there is too little memory
   */
  static void check(KvGeometry geometry, int maxSequences, int maxContext, long budget) {
    check(
        geometry,
        maxSequences,
        maxContext,
        budget,
        directMemory(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
  }

  static void check(
      KvGeometry geometry,
      int maxSequences,
      int maxContext,
      long budget,
      long directBytes,
      long machineBytes) {
    // A tensor holds rows only; each saved entry has memory of its own.
    long tensorPositions = Math.min(budget, (long) maxSequences * maxContext);
    long tensorBytes = tensorPositions * geometry.tensorBytesPerPosition();
    double exact = (double) budget * geometry.bytesPerPosition();
    long bytes = exact < Long.MAX_VALUE ? budget * geometry.bytesPerPosition() : Long.MAX_VALUE;
    String size =
        "KV cache of kvPositions="
            + budget
            + " (maxSequences="
            + maxSequences
            + ", maxContext="
            + maxContext
            + ") of "
            + geometry.bytesPerPosition()
            + " bytes: "
            + bytes
            + " bytes";
    if (tensorBytes > NativeBuffer.MAX_BYTES) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          size
              + ", "
              + tensorBytes
              + " a tensor, the limit of one is "
              + NativeBuffer.MAX_BYTES
              + "; lower kvPositions, maxSequences or, on import, --max-context");
    }
    if (bytes > machineBytes) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          size
              + ", the machine has "
              + machineBytes
              + "; lower kvPositions, maxSequences or, on import, --max-context");
    }
    if (bytes > directBytes) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          size
              + ", the JVM allows "
              + directBytes
              + " of direct memory; raise -XX:MaxDirectMemorySize or lower kvPositions or maxSequences");
    }
  }

  private static long directMemory() {
    long option =
        Long.parseLong(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
    return option == 0 ? Runtime.getRuntime().maxMemory() : option;
  }
}

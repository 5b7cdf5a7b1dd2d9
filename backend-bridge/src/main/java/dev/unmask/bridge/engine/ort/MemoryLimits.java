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
   * @throws UnmaskException UNSUPPORTED where one tensor would be too large for a buffer,
   *     UNAVAILABLE where there is too little memory
   */
  static void check(KvGeometry geometry, int maxSequences, int maxContext) {
    check(
        geometry,
        maxSequences,
        maxContext,
        directMemory(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
  }

  static void check(
      KvGeometry geometry, int maxSequences, int maxContext, long directBytes, long machineBytes) {
    long positions = (long) maxSequences * maxContext;
    long tensorBytes = positions * geometry.tensorBytesPerPosition();
    long bytes = positions * geometry.bytesPerPosition();
    String size =
        "KV cache of maxSequences="
            + maxSequences
            + " times maxContext="
            + maxContext
            + " positions of "
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
              + "; lower maxSequences or import with a smaller --max-context");
    }
    if (bytes > machineBytes) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          size
              + ", the machine has "
              + machineBytes
              + "; lower maxSequences or import with a smaller --max-context");
    }
    if (bytes > directBytes) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          size
              + ", the JVM allows "
              + directBytes
              + " of direct memory; raise -XX:MaxDirectMemorySize or lower maxSequences");
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

package dev.unmask.importer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which kernels a processor gets from ONNX Runtime decides in what order sums are taken. Tests that
 * compare bit for bit run where that was looked into.
 */
public final class KnownKernels {
  private KnownKernels() {}

  /** The largest difference to allow where bits are to be equal, given one for other processors. */
  public static float tolerance(float elsewhere) {
    return avx2Only() ? 0 : elsewhere;
  }

  private static boolean avx2Only() {
    try {
      String cpu = Files.readString(Path.of("/proc/cpuinfo"));
      return cpu.contains(" avx2") && !cpu.contains(" avx512");
    } catch (IOException e) {
      return false;
    }
  }
}

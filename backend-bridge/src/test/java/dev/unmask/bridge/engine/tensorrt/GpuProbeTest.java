package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.bridge.engine.tensorrt.GpuReport.Device;
import dev.unmask.bridge.engine.tensorrt.GpuReport.Library;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuProbeTest {
  private static final Library DRIVER = new Library("NVIDIA driver", "libcuda.so.1", null);
  private static final Library NO_TENSORRT =
      new Library("TensorRT", "libnvinfer.so.11", "cannot open shared object file");
  private static final Device DEVICE = new Device(0, "GPU", "9.0", 2, 1L);

  /** Whatever this machine has. */
  @Test
  void probe_tellsAndNeverFails() {
    for (int look = 0; look < 2; look++) {
      GpuReport report = GpuProbe.probe();
      assertEquals("libcuda.so.1", report.libraries().get(0).file());
      assertEquals(report.usable(), report.problem() == null);
      assertEquals(report.devices().isEmpty(), report.deviceProblem() != null);
    }
  }

  @Test
  void report_namesWhatIsMissingFirst() {
    GpuReport complete = new GpuReport(List.of(DRIVER), "11.2.1", List.of(DEVICE), null);
    assertNull(complete.problem());
    assertEquals(DEVICE, complete.require("to build on"));
    GpuReport report = new GpuReport(List.of(DRIVER, NO_TENSORRT), null, List.of(DEVICE), null);
    assertFalse(report.usable());
    UnmaskException e = assertThrows(UnmaskException.class, () -> report.require("to build on"));
    assertEquals(ErrorCode.UNAVAILABLE, e.code());
    assertEquals(
        "no GPU to build on: TensorRT libnvinfer.so.11: cannot open shared object file"
            + " ('./unmask doctor' says more)",
        e.getMessage());
    assertNotNull(new GpuReport(List.of(DRIVER), "11.2.1", List.of(), "no device").problem());
  }

  @Test
  void reason_isTheInnermostInOneLine() {
    Throwable cause =
        new UnsatisfiedLinkError("/x/y/libjnicudart.so: libcuda.so.1: cannot open it\nmore");
    assertEquals(
        "libcuda.so.1: cannot open it",
        GpuProbe.reason(new NoClassDefFoundError("no jnicudart").initCause(cause)));
    assertEquals("11.2.1", GpuProbe.versionName(110201));
  }
}

package dev.unmask.it;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.tensorrt.HostTensorRt;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The TensorRT engine over devices in host memory, any of which a test may lose. */
public final class HostDevicesProvider implements EngineProvider {
  static final String NAME = "host_devices";

  private static final int MAX_BATCH = 4;

  /** By ordinal. */
  private static final Map<Integer, Device> DEVICES = new ConcurrentHashMap<>();

  /** What happened on a device. */
  static final class Device {
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger passes = new AtomicInteger();
    volatile boolean lost;
  }

  static Device device(int ordinal) {
    return DEVICES.computeIfAbsent(ordinal, o -> new Device());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean usesDevices() {
    return true;
  }

  @Override
  public EngineSession open(Path directory, ModelManifest manifest, EngineOptions options) {
    Device device = device(options.device());
    if (device.lost) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "device " + options.device() + " is lost");
    }
    EngineSession session;
    try {
      Path plans = Files.createTempDirectory(Path.of("target"), "plans-");
      session = HostTensorRt.open(directory, manifest, options, plans, MAX_BATCH);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    device.open.incrementAndGet();
    return new EngineSession() {
      @Override
      public EngineCapabilities capabilities() {
        return session.capabilities();
      }

      @Override
      public void run(StepPlan plan, StepOutputs outputs) {
        if (device.lost) {
          throw new UnmaskException(ErrorCode.UNAVAILABLE, "the device is lost");
        }
        device.passes.addAndGet(plan.rowCount() > 0 ? 1 : 0);
        session.run(plan, outputs);
      }

      @Override
      public boolean isUsable() {
        return !device.lost && session.isUsable();
      }

      @Override
      public void close() {
        session.close();
        device.open.decrementAndGet();
      }
    };
  }
}

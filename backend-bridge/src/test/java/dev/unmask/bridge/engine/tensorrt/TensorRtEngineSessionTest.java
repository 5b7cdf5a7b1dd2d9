package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.EngineContractTest;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;

/** The engine contract over the whole of the engine but CUDA and TensorRT themselves. */
class TensorRtEngineSessionTest extends EngineContractTest {
  private static final long DEVICE_BYTES = 1L << 30;

  private final HostPlatform platform = new HostPlatform(DEVICE_BYTES);

  @Override
  protected EngineSession open(
      Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    if (Files.exists(versionDirectory.resolve("model.onnx"))) {
      HostPlatform.writePlan(versionDirectory, manifest, 8, manifest.maxContext());
    }
    return new TensorRtEngineProvider(platform).open(versionDirectory, manifest, options);
  }

  @AfterAll
  void everythingWasGivenBack() {
    int launches = 0;
    for (HostDevice device : platform.devices()) {
      assertTrue(device.closed());
      assertEquals(
          "device bytes 0, host bytes 0, streams 0, events 0, graphs 0, executables 0",
          device.leaks());
      launches += device.launches();
    }
    assertTrue(launches > 0, "no graph was launched");
  }
}

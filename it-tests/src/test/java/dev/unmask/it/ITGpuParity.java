package dev.unmask.it;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.tensorrt.GpuPlans;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recorded runs of the published samplers on a GPU, in fp32 with TF32 off: the same tokens but for
 * ties ({@code mvn verify -Pgpu}).
 */
@Tag("gpu")
class ITGpuParity {
  private static final int EVERY = Integer.getInteger("unmask.golden.every", 1);

  @TempDir Path plans;

  private synchronized Path directory(String model) {
    Path directory = plans.resolve(model);
    try {
      return Files.exists(directory)
          ? directory
          : GpuPlans.copy(BundledModelFixture.repository().resolve(model).resolve("1"), directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized EngineSession open(String model) {
    return GpuPlans.open(
        directory(model),
        BundledModelFixture.manifest(model),
        GoldenDecoder.SLOTS,
        new EngineOptions(GoldenDecoder.SLOTS, 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ar.jsonl",
        "llada.jsonl",
        "fast_dllm.jsonl",
        "d2f.jsonl",
        "sdar.jsonl",
        "dream.jsonl"
      })
  void alone_sameTokensInNoMorePasses(String file) throws Exception {
    GoldenComparison.of(GoldenLine.read(file, EVERY), this::open).report(file);
  }
}

package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.tensorrt.HostTensorRt;
import dev.unmask.scheduler.SequenceView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recorded runs through the whole TensorRT engine but CUDA and TensorRT themselves: pool, staging,
 * buckets, graphs and profiles, over host memory and ONNX Runtime. A part of the runs: that the
 * graph computes the right thing is what {@link ITGoldenParity} shows.
 */
class ITTensorRtParity {
  private static final int EVERY = Math.max(48, Integer.getInteger("unmask.golden.every", 1));

  @TempDir Path plans;

  private Function<String, EngineSession> opener(int maxBatch) {
    return model -> {
      try {
        return HostTensorRt.open(
            BundledModelFixture.repository().resolve(model).resolve("1"),
            BundledModelFixture.manifest(model),
            new EngineOptions(GoldenDecoder.SLOTS, 1),
            plans,
            maxBatch);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
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
    GoldenComparison.of(GoldenLine.read(file, EVERY), opener(8)).report(file);
  }

  @Test
  void mixedBatch_sameTokensAsAlone() throws Exception {
    List<GoldenLine> lines =
        GoldenLine.read("d2f.jsonl", EVERY / 2).stream().filter(GoldenLine::stable).toList();
    assertTrue(lines.size() > 2, lines.size() + " lines");
    // Fewer rows than sequences: steps of several runs.
    GoldenDecoder.forEach(
        List.of(lines),
        opener(3),
        (decoder, batch) -> {
          List<SequenceView> views = decoder.together(batch, 5);
          for (int i = 0; i < views.size(); i++) {
            assertArrayEquals(
                batch.get(i).outputIds(), views.get(i).responseIds(), batch.get(i).toString());
          }
        });
  }
}

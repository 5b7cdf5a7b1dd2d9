package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.ImportRequest;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each supported architecture from its checkpoint to tokens: what the family's published network
 * generates with the same family's published sampler.
 */
class ITArchitectureGeneration {
  private static final Path ARCHITECTURES =
      Path.of("..", "backend-bridge", "src", "test", "resources", "architectures");

  @TempDir private Path repository;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dream-bf16",
        "llada-gqa-tied",
        "llama-attention-bias-f16",
        "llama-gqa-llama3rope-tied",
        "qwen2-gqa-tied",
        "qwen3-gqa",
        "sdar-sharded"
      })
  void import_thenDecode_samePublishedTokens(String directory) {
    Path checkpoint = ARCHITECTURES.resolve(directory);
    List<GoldenLine> lines = GoldenLine.read(checkpoint.resolve("generation.jsonl"));
    assertFalse(lines.isEmpty());
    new CheckpointImporter().run(ImportRequest.of(checkpoint, repository, "model"));
    Path version = repository.resolve("model").resolve("1");
    ModelManifest manifest = ModelManifest.read(version);
    try (EngineSession engine =
        new OrtEngineProvider().open(version, manifest, EngineOptions.DEFAULT)) {
      DecodeLoop loop = new DecodeLoop(engine, manifest.traits(), SchedulerConfig.ofSequences(1));
      for (GoldenLine line : lines) {
        SequenceView view = decode(loop, manifest, line);
        assertArrayEquals(line.outputIds(), view.responseIds(), line.toString());
        assertTrue(view.forwardPasses() <= line.forwardPasses(), line.toString());
      }
    }
  }

  private static SequenceView decode(DecodeLoop loop, ModelManifest manifest, GoldenLine line) {
    SequenceView[] result = new SequenceView[1];
    loop.submit(
        GenerationRequest.ofPrompt(line.promptIds(), line.parameters(), manifest.traits()),
        new SequenceListener() {
          @Override
          public void onCommitted(SequenceView sequence) {}

          @Override
          public void onFinished(SequenceView sequence) {
            result[0] = sequence;
          }
        });
    loop.drain();
    return result[0];
  }
}

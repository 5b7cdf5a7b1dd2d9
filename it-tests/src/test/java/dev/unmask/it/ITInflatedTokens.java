package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.CheckpointInflater;
import dev.unmask.importer.ImportRequest;
import dev.unmask.importer.InflateRequest;
import dev.unmask.importer.InflateShape;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Widened copies of the bundled models commit the tokens of the originals, in as many passes. */
class ITInflatedTokens {
  private static final Path CHECKPOINTS = Path.of("..", "model-repository", "checkpoints");
  private static final int PROMPTS = 12;

  /** A little more of everything. */
  private static final InflateShape SHAPE = new InflateShape(288, 8, 4, 4, 72, 640, 1000);

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "tiny_ar, ar.jsonl, tiny-ar,",
    "tiny_llada, fast_dllm.jsonl, tiny-llada,",
    "tiny_d2f, d2f.jsonl, tiny-llada, tiny-llada-d2f",
  })
  void inflate_bundledModel_sameTokens(
      String name, String golden, String checkpoint, String adapter) {
    InflateRequest request =
        InflateRequest.of(CHECKPOINTS.resolve(checkpoint), directory.resolve("checkpoint"), SHAPE);
    if (adapter != null) {
      request = request.withAdapter(CHECKPOINTS.resolve(adapter), 16);
    }
    new CheckpointInflater().run(request);
    Path models = directory.resolve("models");
    Path model = new CheckpointImporter().run(ImportRequest.of(request.output(), models, name));
    Path version = model.resolve("1");
    ModelManifest manifest = ModelManifest.read(version);
    ModelManifest original = BundledModelFixture.manifest(name);
    assertEquals(original.algorithms(), manifest.algorithms());
    assertEquals(original.defaultParameters(), manifest.defaultParameters());
    assertEquals(original.blockSize(), manifest.blockSize());
    assertEquals(1000, manifest.vocabSize());

    List<GoldenLine> lines = GoldenLine.read(golden).subList(0, PROMPTS);
    try (EngineSession small = BundledModelFixture.open(name, 1);
        EngineSession wide =
            new OrtEngineProvider().open(version, manifest, EngineOptions.DEFAULT)) {
      DecodeLoop expected =
          new DecodeLoop(small, original.traits(), SchedulerConfig.ofSequences(1));
      DecodeLoop actual = new DecodeLoop(wide, manifest.traits(), SchedulerConfig.ofSequences(1));
      for (GoldenLine line : lines) {
        SequenceView left = decode(expected, original, line);
        SequenceView right = decode(actual, manifest, line);
        assertArrayEquals(left.responseIds(), right.responseIds(), line.toString());
        assertEquals(left.forwardPasses(), right.forwardPasses(), line.toString());
      }
    }
  }

  private static SequenceView decode(DecodeLoop loop, ModelManifest manifest, GoldenLine line) {
    SequenceView[] result = new SequenceView[1];
    Map<String, Object> parameters = line.parameters();
    loop.submit(
        GenerationRequest.ofPrompt(line.promptIds(), parameters, manifest.traits()),
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

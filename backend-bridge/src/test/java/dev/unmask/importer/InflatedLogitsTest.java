package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Widened checkpoints of every family against their originals, through the real engine. */
class InflatedLogitsTest {
  private static final int CANDIDATES = 200;

  /** Wider in everything; five groups of two, so that old groups of two keep their size. */
  private static final InflateShape ALL = new InflateShape(240, 5, 10, 5, 24, 200, 300);

  /** Heads as in multi-head attention: old groups of two are taken apart. */
  private static final InflateShape UNGROUPED = new InflateShape(192, 4, 6, 6, 32, 200, 257);

  /** Groups of four, wider than any old one. */
  private static final InflateShape GROUPED = new InflateShape(256, 4, 16, 4, 64, 190, 320);

  @TempDir Path directory;
  private Path repository;

  @BeforeEach
  void makeNames() {
    repository = directory.resolve("models");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dream-bf16",
        "llada-gqa-tied",
        "llama-attention-bias-f16",
        "llama-gqa-llama3rope-tied",
        "qwen2-gqa-tied",
        "qwen3-gqa",
        "sdar-sharded",
      })
  void inflate_familyWiderInEverything_sameOutputs(String name) throws Exception {
    Path checkpoint = TestCheckpoint.ROOT.resolve(name);
    boolean ownHeads = name.startsWith("llama-attention");
    boolean wideHeads = name.startsWith("qwen3") || name.startsWith("sdar");
    InflateShape shape =
        new InflateShape(null, null, ownHeads ? 10 : null, ownHeads ? 10 : null, null, null, null);
    InflateShape heads =
        new InflateShape(null, null, null, null, wideHeads ? 48 : null, null, null);
    assertSame(checkpoint, ALL.with(shape).with(heads), name);
  }

  @ParameterizedTest
  @CsvSource({"llada-gqa-tied", "qwen2-gqa-tied", "qwen3-gqa", "dream-bf16"})
  void inflate_otherGroups_sameOutputs(String name) throws Exception {
    assertSame(TestCheckpoint.ROOT.resolve(name), UNGROUPED, name + "-ungrouped");
    InflateShape grouped =
        name.startsWith("llada")
            ? GROUPED.with(new InflateShape(1024, null, null, null, null, null, null))
            : GROUPED;
    assertSame(TestCheckpoint.ROOT.resolve(name), grouped, name + "-grouped");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hidden", "layers", "heads", "head_dim", "intermediate", "vocab"})
  void inflate_oneSizeOnly_sameOutputs(String field) throws Exception {
    InflateShape shape =
        switch (field) {
          case "hidden" -> new InflateShape(100, null, null, null, null, null, null);
          case "layers" -> new InflateShape(null, 7, null, null, null, null, null);
          case "heads" -> new InflateShape(null, null, 8, null, null, null, null);
          case "head_dim" -> new InflateShape(null, null, null, null, 80, null, null);
          case "intermediate" -> new InflateShape(null, null, null, null, null, 145, null);
          default -> new InflateShape(null, null, null, null, null, null, 257);
        };
    assertSame(TestCheckpoint.ROOT.resolve("qwen3-gqa"), shape, "one");
  }

  @Test
  void inflate_inflatedAgain_sameOutputs() throws Exception {
    Path checkpoint = TestCheckpoint.ROOT.resolve("llada-gqa-tied");
    Path once = directory.resolve("once");
    InflateShape wider = new InflateShape(128, null, 8, 4, null, null, 270);
    new CheckpointInflater().run(InflateRequest.of(checkpoint, once, wider));
    InflateShape widest = new InflateShape(320, 4, 10, 5, null, null, 290);
    Path twice = directory.resolve("twice");
    new CheckpointInflater().run(InflateRequest.of(once, twice, widest));
    compare(
        new CheckpointImporter().run(request(checkpoint, "original")),
        new CheckpointImporter().run(request(twice, "inflated")),
        TestCheckpoint.ROOT.resolve("llada-gqa-tied"),
        "twice",
        1e-4);
  }

  @Test
  void inflate_adapter_mergedWeights() throws Exception {
    Path checkpoint = TestCheckpoint.ROOT.resolve("qwen2-gqa-tied");
    Path adapter = TestCheckpoint.ROOT.resolve("qwen2-lora-rslora-patterns");
    Path inflated = directory.resolve("merged");
    new CheckpointInflater()
        .run(InflateRequest.of(checkpoint, inflated, ALL).withAdapter(adapter, null));
    compare(
        new CheckpointImporter().run(request(checkpoint, "original").withAdapter(adapter)),
        new CheckpointImporter().run(request(inflated, "inflated")),
        adapter,
        "adapter",
        1e-4);
  }

  @ParameterizedTest
  @CsvSource({"fp16,0.01", "bf16,0.06"})
  void inflate_halfWeights_absentTokensStayAbsent(String dtype, double tolerance) throws Exception {
    Path checkpoint = TestCheckpoint.ROOT.resolve("llada-gqa-tied");
    Path inflated = directory.resolve(dtype);
    new CheckpointInflater().run(InflateRequest.of(checkpoint, inflated, ALL).withDtype(dtype));
    Path model = new CheckpointImporter().run(request(inflated, "fp32"));
    Path half = new CheckpointImporter().run(request(inflated, "fp16").withDtype("fp16"));
    Path original = new CheckpointImporter().run(request(checkpoint, "original"));
    compare(original, model, checkpoint, dtype, tolerance);
    compare(original, half, checkpoint, dtype + " in fp16", tolerance);
  }

  private void assertSame(Path checkpoint, InflateShape shape, String name) throws Exception {
    Path inflated = directory.resolve(name);
    CheckpointInflater.Result result =
        new CheckpointInflater(100_000).run(InflateRequest.of(checkpoint, inflated, shape));
    Path original = new CheckpointImporter().run(request(checkpoint, name + "-original"));
    Path model = new CheckpointImporter().run(request(inflated, name + "-inflated"));
    ModelManifest before = ModelManifest.read(original.resolve("1"));
    ModelManifest after = ModelManifest.read(model.resolve("1"));
    assertEquals(result.parameters(), after.parameterCount());
    assertEquals(before.attention(), after.attention());
    assertEquals(before.family(), after.family());
    compare(original, model, checkpoint, name, 1e-4);
  }

  private ImportRequest request(Path checkpoint, String name) {
    return ImportRequest.of(checkpoint, repository, name)
        .withMaxContext(128)
        .withCandidates(CANDIDATES);
  }

  /** Compares candidates, log-sum-exp, entropy and special logits of all positions of a case. */
  private static void compare(
      Path original, Path inflated, Path recorded, String name, double tolerance)
      throws OrtException {
    JsonNode one = Json.read(recorded.resolve("expected.json")).path("cases").get(0);
    int[] ids = ExpectedLogits.ints(one.path("input_ids"));
    int[] positions = ExpectedLogits.ints(one.path("position_ids"));
    GraphRunner.Mask mask = ExpectedLogits.mask(one.path("attention"));
    try (GraphRunner left = new GraphRunner(original.resolve("1"));
        GraphRunner right = new GraphRunner(inflated.resolve("1"))) {
      GraphRunner.Outputs expected = left.run(ids, positions, 0, mask);
      GraphRunner.Outputs actual = right.run(ids, positions, 0, mask);
      double worst = 0;
      for (int row = 0; row < ids.length; row++) {
        double scale = 1;
        for (int c = 0; c < CANDIDATES; c++) {
          assertTrue(actual.ids()[row][c] < left.manifest().vocabSize(), name + ": absent token");
          scale = Math.max(scale, Math.abs(expected.logits()[row][c]));
          worst = worse(worst, expected.logits()[row][c], actual.logits()[row][c], scale);
        }
        worst = worse(worst, expected.logSumExp()[row], actual.logSumExp()[row], scale);
        if (expected.entropy() != null) {
          worst = worse(worst, expected.entropy()[row], actual.entropy()[row], scale);
          for (int s = 0; s < expected.specials()[row].length; s++) {
            worst = worse(worst, expected.specials()[row][s], actual.specials()[row][s], scale);
          }
        }
      }
      System.out.printf("%s inflated: %.2e%n", name, worst);
      assertTrue(worst < tolerance, name + " differs by " + worst);
    }
  }

  private static double worse(double worst, float expected, float actual, double scale) {
    double difference = Math.abs(expected - actual) / scale;
    return Double.isNaN(difference) ? Double.MAX_VALUE : Math.max(worst, difference);
  }
}

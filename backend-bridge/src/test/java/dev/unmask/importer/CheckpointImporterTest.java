package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.AttentionKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an import writes, beside the numbers its graph computes. */
class CheckpointImporterTest {
  private static final Path ROOT = TestCheckpoint.ROOT;
  private static final int[] IDS = {5, 80, 200, 17, 33, 90, 140, 7, 60};
  private static final int[] POSITIONS = {0, 1, 2, 3, 4, 5, 6, 7, 8};

  @TempDir Path work;

  private ModelManifest manifest(String checkpoint) {
    return ModelManifest.read(imported(request(checkpoint, checkpoint)).resolve("1"));
  }

  private ImportRequest request(String checkpoint, String name) {
    return ImportRequest.of(ROOT.resolve(checkpoint), work, name).withMaxContext(128);
  }

  private static Path imported(ImportRequest request) {
    return new CheckpointImporter().run(request);
  }

  @Test
  void manifest_llama_isCausal() {
    ModelManifest manifest = manifest("llama-gqa-llama3rope-tied");
    assertEquals("llama", manifest.family());
    assertEquals("causal", manifest.attention());
    assertTrue(manifest.shiftLogits());
    assertEquals(List.of(244, 247, 248), manifest.eosTokenIds());
    assertEquals(List.of(), manifest.specialTokenIds());
    assertEquals(243, manifest.bosTokenId());
    assertNull(manifest.padTokenId());
    assertNull(manifest.maskTokenId());
    assertNull(manifest.blockSize());
    assertEquals(List.of("autoregressive"), manifest.algorithms());
    assertEquals(
        List.of(256, 3, 4, 2, 16, 64, 160, 128, 32),
        List.of(
            manifest.vocabSize(),
            manifest.layers(),
            manifest.queryHeads(),
            manifest.kvHeads(),
            manifest.headDim(),
            manifest.hiddenSize(),
            manifest.intermediateSize(),
            manifest.maxContext(),
            manifest.candidates()));
    assertEquals((586416 - 8 - 2984) / 4, manifest.parameterCount());
  }

  @Test
  void manifest_llada_isFull() {
    ModelManifest manifest = manifest("llada-gqa-tied");
    assertEquals("full", manifest.attention());
    assertFalse(manifest.shiftLogits());
    assertEquals(250, manifest.maskTokenId());
    assertEquals(List.of(244, 250), manifest.specialTokenIds());
    assertEquals(List.of("llada", "fast_dllm", "dream"), manifest.algorithms());
    assertEquals("llada", manifest.defaultAlgorithm());
  }

  @Test
  void manifest_dream_isShifted() {
    ModelManifest manifest = manifest("dream-bf16");
    assertEquals("dream", manifest.family());
    assertEquals("full", manifest.attention());
    assertTrue(manifest.shiftLogits());
    assertEquals("dream", manifest.defaultAlgorithm());
    assertTrue(manifest.algorithms().containsAll(List.of("llada", "fast_dllm", "dream")));
  }

  @Test
  void manifest_sdar_takesBlockSizeFromConfig() {
    ModelManifest manifest = manifest("sdar-sharded");
    assertEquals("block_causal", manifest.attention());
    assertFalse(manifest.shiftLogits());
    assertEquals(4, manifest.blockSize());
    assertEquals(List.of("block_diffusion"), manifest.algorithms());
    assertEquals(Map.of("block_length", 4), manifest.defaultParameters());
  }

  @Test
  void manifest_blockCausalLlada_isD2f() {
    ModelManifest defaults =
        ModelManifest.read(
            imported(request("llada-gqa-tied", "a").withAttention(AttentionKind.BLOCK_CAUSAL))
                .resolve("1"));
    assertEquals(List.of("d2f", "block_diffusion"), defaults.algorithms());
    assertEquals(32, defaults.blockSize());
    ModelManifest chosen =
        ModelManifest.read(
            imported(
                    request("llada-gqa-tied", "b")
                        .withAttention(AttentionKind.BLOCK_CAUSAL)
                        .withBlockSize(16))
                .resolve("1"));
    assertEquals(Map.of("block_size", 16), chosen.defaultParameters());
  }

  @Test
  void manifest_maskTokenOfTokenizer_isFound() throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("sdar-sharded", work);
    checkpoint.config("mask_token_id", null);
    checkpoint.editJson(
        "tokenizer_config.json", j -> j.putObject("mask_token").put("content", maskName()));
    Path model = imported(ImportRequest.of(checkpoint.directory(), work, "m").withMaxContext(64));
    assertEquals(250, ModelManifest.read(model.resolve("1")).maskTokenId());
  }

  private static String maskName() {
    for (var token : Json.read(ROOT.resolve("sdar-sharded/tokenizer.json")).path("added_tokens")) {
      if (token.path("id").asInt() == 250) {
        return token.path("content").asText();
      }
    }
    throw new AssertionError("no token 250");
  }

  @Test
  void run_defaults_takeLimitsFromCheckpoint() {
    Path model = imported(ImportRequest.of(ROOT.resolve("qwen3-gqa"), work, "q"));
    ModelManifest manifest = ModelManifest.read(model.resolve("1"));
    assertEquals(512, manifest.maxContext());
    assertEquals(32, manifest.candidates());
    assertEquals("fp32", manifest.dtype());
  }

  @Test
  void run_files_areCompleteAndHashed() throws Exception {
    Path model = imported(request("sdar-sharded", "sdar"));
    Path version = model.resolve("1");
    Set<String> expected =
        Set.of(
            "model.onnx",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "generation_config.json");
    ModelManifest manifest = ModelManifest.read(version);
    assertEquals(expected, manifest.hashes().keySet());
    for (String file : expected) {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(version.resolve(file)));
      assertEquals(HexFormat.of().formatHex(digest), manifest.hashes().get(file), file);
    }
    assertEquals(Set.of("1", "config.pbtxt"), names(model));
    assertEquals(Set.of("sdar"), names(work));
  }

  @Test
  void run_repeated_givesTheSameBytes() throws IOException {
    Path one = imported(request("dream-bf16", "one")).resolve("1/model.onnx");
    Path two = imported(request("dream-bf16", "two")).resolve("1/model.onnx");
    assertEquals(-1, Files.mismatch(one, two));
  }

  @Test
  void run_manyWeights_goesToAlignedExternalFile() throws Exception {
    ImportRequest inline = request("llada-gqa-tied", "inline");
    ImportRequest external = request("llada-gqa-tied", "external");
    Path outside = new CheckpointImporter(1000).run(external).resolve("1");
    assertTrue(Files.size(outside.resolve("model.onnx")) < 100_000);
    assertTrue(ModelManifest.read(outside).hashes().containsKey("model.onnx.data"));
    assertArrayEquals(run(imported(inline)).logits(), run(outside.getParent()).logits());
  }

  @Test
  void run_guidance_extrapolatesLogits() throws Exception {
    Path model = imported(request("llada-gqa-tied", "g").withCandidates(256));
    long[] rows = {2, 5};
    long[] others = {3, 1};
    try (GraphRunner runner = new GraphRunner(model.resolve("1"))) {
      GraphRunner.Outputs plain = runner.run(IDS, POSITIONS, 0, (i, j) -> true);
      GraphRunner.Outputs guided =
          runner.run(IDS, POSITIONS, 0, (i, j) -> true, rows, others, 2.5f);
      for (int r = 0; r < rows.length; r++) {
        for (int c = 0; c < 256; c++) {
          int id = (int) guided.ids()[r][c];
          float conditional = logit(plain, (int) rows[r], id);
          float unconditional = logit(plain, (int) others[r], id);
          assertEquals(
              unconditional + 2.5f * (conditional - unconditional), guided.logits()[r][c], 1e-4);
        }
      }
    }
  }

  private static float logit(GraphRunner.Outputs outputs, int row, int id) {
    for (int c = 0; c < outputs.ids()[row].length; c++) {
      if (outputs.ids()[row][c] == id) {
        return outputs.logits()[row][c];
      }
    }
    throw new AssertionError("no candidate " + id);
  }

  @Test
  void run_ropeInRopeParameters_isTheSameModel() throws Exception {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("llama-gqa-llama3rope-tied", work);
    checkpoint.editJson(
        "config.json",
        j -> {
          ObjectNode rope = (ObjectNode) j.remove("rope_scaling");
          rope.set("rope_theta", j.remove("rope_theta"));
          j.set("rope_parameters", rope);
        });
    assertSameLogits("llama-gqa-llama3rope-tied", checkpoint);
  }

  @Test
  void run_dynamicRope_isPlainUpToTheTrainedLength() throws Exception {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("qwen3-gqa", work);
    checkpoint.config("rope_scaling", Map.of("type", "dynamic", "factor", 4.0));
    assertSameLogits("qwen3-gqa", checkpoint);
  }

  @Test
  void run_linearRope_isPlainAtDividedPositions() throws Exception {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("qwen3-gqa", work);
    checkpoint.config("rope_scaling", Map.of("rope_type", "linear", "factor", 4.0));
    Path scaled =
        imported(ImportRequest.of(checkpoint.directory(), work, "scaled").withMaxContext(128));
    Path plain = imported(request("qwen3-gqa", "plain"));
    int[] apart = new int[POSITIONS.length];
    for (int i = 0; i < apart.length; i++) {
      apart[i] = 4 * POSITIONS[i];
    }
    assertClose(run(plain, POSITIONS), run(scaled, apart));
  }

  @Test
  void run_adapterTargetsByRegexOrAllLinear_mergeTheSame() throws Exception {
    Path base = ROOT.resolve("qwen2-gqa-tied");
    ImportRequest listed =
        ImportRequest.of(base, work, "listed").withAdapter(ROOT.resolve("qwen2-lora-plain"));
    GraphRunner.Outputs expected = run(imported(listed.withMaxContext(64)));
    TestCheckpoint adapter = TestCheckpoint.copyOf("qwen2-lora-plain", work);
    int n = 0;
    for (String targets :
        List.of("all-linear", "model\\.layers\\.\\d+\\.(mlp|self_attn)\\.\\w+_proj")) {
      adapter.config("target_modules", targets);
      ImportRequest other =
          ImportRequest.of(base, work, "other" + n++).withAdapter(adapter.directory());
      assertClose(expected, run(imported(other.withMaxContext(64))));
    }
  }

  @Test
  void run_batch_equalsItsSequencesAlone() throws Exception {
    Path model = imported(request("qwen3-gqa", "batch"));
    int[] reversed = new int[IDS.length];
    int[] both = Arrays.copyOf(IDS, 2 * IDS.length);
    for (int i = 0; i < IDS.length; i++) {
      reversed[i] = IDS[IDS.length - 1 - i];
      both[IDS.length + i] = reversed[i];
    }
    try (GraphRunner together = new GraphRunner(model.resolve("1"), 2);
        GraphRunner alone = new GraphRunner(model.resolve("1"))) {
      GraphRunner.Outputs batch = together.run(both, POSITIONS, 0, (i, j) -> j <= i);
      GraphRunner.Outputs first = run(model);
      GraphRunner.Outputs second = alone.run(reversed, POSITIONS, 0, (i, j) -> j <= i);
      for (int i = 0; i < IDS.length; i++) {
        assertArrayEquals(first.logits()[i], batch.logits()[i], 1e-4f);
        assertArrayEquals(second.logits()[i], batch.logits()[IDS.length + i], 1e-4f);
      }
    }
  }

  @Test
  void run_windowThatNoLayerUses_isIgnored() throws Exception {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("qwen2-gqa-tied", work);
    checkpoint.config("use_sliding_window", true).config("max_window_layers", 2);
    assertSameLogits("qwen2-gqa-tied", checkpoint);
  }

  @Test
  void run_bfloat16_isHalfTheSize() throws IOException {
    long full = Files.size(imported(request("qwen3-gqa", "f")).resolve("1/model.onnx"));
    Path half = imported(request("qwen3-gqa", "h").withDtype("bf16"));
    assertEquals("bf16", ModelManifest.read(half.resolve("1")).dtype());
    // Rotary tables and the final norm stay float32.
    long shared = 2L * 128 * 16 * 4 + 64 * 4;
    long halved = (full - shared) / 2 + shared;
    assertEquals(halved, Files.size(half.resolve("1/model.onnx")), 0.02 * full);
  }

  private void assertSameLogits(String original, TestCheckpoint changed) throws Exception {
    Path same =
        imported(ImportRequest.of(changed.directory(), work, "changed").withMaxContext(128));
    assertClose(run(imported(request(original, "original"))), run(same));
  }

  private static void assertClose(GraphRunner.Outputs expected, GraphRunner.Outputs actual) {
    for (int i = 0; i < expected.logits().length; i++) {
      assertArrayEquals(expected.logits()[i], actual.logits()[i], 1e-4f);
    }
  }

  private static GraphRunner.Outputs run(Path model) throws Exception {
    return run(model, POSITIONS);
  }

  private static GraphRunner.Outputs run(Path model, int[] positions) throws Exception {
    try (GraphRunner runner = new GraphRunner(model.resolve("1"))) {
      return runner.run(IDS, positions, 0, (i, j) -> j <= i);
    }
  }

  private static Set<String> names(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }
}

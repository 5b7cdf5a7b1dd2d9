package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of widening, one by one, and what is refused. */
class InflateRulesTest {
  private static final Path LLADA = TestCheckpoint.ROOT.resolve("llada-gqa-tied");
  private static final Path QWEN3 = TestCheckpoint.ROOT.resolve("qwen3-gqa");
  private static final int F = Axis.FREE;
  private static final int Z = Axis.ZERO;

  @TempDir Path directory;

  /** 4 heads in groups of 2, of width 4. */
  private static Network grouped() {
    return new Network(
        "llama",
        WeightNames.LLAMA,
        2,
        16,
        4,
        2,
        4,
        8,
        10,
        1e-6f,
        null,
        64,
        false,
        false,
        false,
        false,
        false);
  }

  private static int[] query(int heads, int kvHeads, int headDim) {
    TargetShape shape = new TargetShape(16, 2, heads, kvHeads, headDim, 8, 10);
    return new HeadAxes(grouped(), shape).query(Z, F).sources();
  }

  private static int[] keys(int heads, int kvHeads, int headDim) {
    TargetShape shape = new TargetShape(16, 2, heads, kvHeads, headDim, 8, 10);
    return new HeadAxes(grouped(), shape).keyValue(Z).sources();
  }

  @Test
  void heads_widerGroups_oldHeadsKeepTheirKeys() {
    // Groups of 3: heads 0 1 and an added one, then 2 3 and an added one.
    assertArrayEquals(
        new int[] {0, 1, 2, 3, 4, 5, 6, 7, F, F, F, F, 8, 9, 10, 11, 12, 13, 14, 15, F, F, F, F},
        query(6, 2, 4));
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, keys(6, 2, 4));
  }

  @Test
  void heads_smallerGroups_keysAreRepeated() {
    assertArrayEquals(
        new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, F, F, F, F},
        query(5, 5, 4));
    assertArrayEquals(
        new int[] {0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7, F, F, F, F}, keys(5, 5, 4));
  }

  @Test
  void headDim_wider_halvesStayPaired() {
    assertArrayEquals(
        new int[] {0, 1, Z, 2, 3, Z, 4, 5, Z, 6, 7, Z},
        keys(4, 2, 6),
        "halves of 2 in halves of 3");
  }

  @Test
  void layers_spread_inOrder() {
    TargetShape shape = new TargetShape(16, 5, 4, 2, 4, 8, 10);
    int[] sources = new int[5];
    for (int layer = 0; layer < 5; layer++) {
      sources[layer] = shape.sourceLayer(layer, 2);
    }
    assertArrayEquals(new int[] {0, -1, -1, 1, -1}, sources);
  }

  @Test
  void fill_sameSeed_sameValues() {
    Fill.Values one = Fill.random(7).values();
    Fill.Values same = Fill.random(7).values();
    double squares = 0;
    for (int i = 0; i < 10_000; i++) {
      float value = one.next();
      assertEquals(value, same.next());
      squares += value * value;
    }
    assertEquals(0.02, Math.sqrt(squares / 10_000), 0.001);
    assertNotEquals(one.next(), Fill.random(8).values().next());
  }

  @Test
  void config_llada_namesEverySize() throws IOException {
    Path output = inflate(LLADA, new InflateShape(192, 5, 6, 3, null, 200, 300), "fp16", "llada");
    JsonNode config = Json.read(output.resolve("config.json"));
    assertEquals(192, config.path("d_model").asInt());
    assertEquals(5, config.path("n_layers").asInt());
    assertEquals(6, config.path("n_heads").asInt());
    assertEquals(3, config.path("n_kv_heads").asInt());
    assertEquals(200, config.path("mlp_hidden_size").asInt());
    assertEquals(300, config.path("embedding_size").asInt());
    assertEquals(300, config.path("vocab_size").asInt());
    assertEquals(1e-5 / 3, config.path("rms_norm_eps").asDouble(), 1e-18);
    assertEquals(500000.0 * 500000.0, config.path("rope_theta").asDouble(), 1);
    assertEquals("float16", config.path("torch_dtype").asText());
    assertTrue(Files.exists(output.resolve("tokenizer.json")));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(output), files.toList(), "nothing temporary is left");
    }
  }

  @ParameterizedTest
  @CsvSource({"fp32", "fp16", "bf16"})
  void vocab_addedTokens_biasIsExactInEveryType(String dtype) {
    Path output = inflate(QWEN3, vocab(259), dtype, "biased");
    try (Checkpoint checkpoint = Checkpoint.open(output)) {
      float[] bias = values(checkpoint.tensor("lm_head.bias", 259));
      for (int token = 0; token < bias.length; token++) {
        assertEquals(token < 256 ? 0f : InflatedWeights.ABSENT, bias[token]);
      }
    }
  }

  @Test
  void vocab_same_noBias() {
    Path output =
        inflate(QWEN3, new InflateShape(72, null, null, null, null, null, null), "fp32", "plain");
    try (Checkpoint checkpoint = Checkpoint.open(output)) {
      assertFalse(checkpoint.has("lm_head.bias"));
    }
  }

  @Test
  void write_smallShards_sameTensorsAsOneFile() throws IOException {
    Path whole = inflate(QWEN3, vocab(300), "fp32", "whole");
    Path sharded = directory.resolve("sharded");
    new CheckpointInflater(20_000).run(InflateRequest.of(QWEN3, sharded, vocab(300)));
    assertTrue(Files.exists(sharded.resolve(Checkpoint.INDEX)));
    assertEquals(contents(whole), contents(sharded));
  }

  @Test
  void config_markedBlockCausal_importsAsD2f() throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("llada-gqa-tied", directory);
    checkpoint.config(FamilyTraits.ATTENTION_FIELD, "block_causal").config("block_size", 8);
    Path output = inflate(checkpoint.directory(), vocab(300), "fp32", "marked");
    Path model =
        new CheckpointImporter()
            .run(ImportRequest.of(output, directory.resolve("models"), "marked"));
    ModelManifest manifest = ModelManifest.read(model.resolve("1"));
    assertEquals("block_causal", manifest.attention());
    assertEquals(8, manifest.blockSize());
    assertEquals("d2f", manifest.defaultAlgorithm());
  }

  @ParameterizedTest
  @CsvSource({
    "hidden,63,64",
    "layers,2,3",
    "heads,3,4",
    "kv_heads,1,2",
    "head_dim,30,32",
    "intermediate,143,144",
    "vocab,255,256",
  })
  void shape_smaller_namesFieldAndValue(String field, int value, int old) {
    InflateShape shape =
        switch (field) {
          case "hidden" -> new InflateShape(value, null, null, null, null, null, null);
          case "layers" -> new InflateShape(null, value, null, null, null, null, null);
          case "heads" -> new InflateShape(null, null, value, null, null, null, null);
          case "kv_heads" -> new InflateShape(null, null, null, value, null, null, null);
          case "head_dim" -> new InflateShape(null, null, null, null, value, null, null);
          case "intermediate" -> new InflateShape(null, null, null, null, null, value, null);
          default -> vocab(value);
        };
    assertEquals(
        field + "=" + value + " is smaller than the checkpoint's " + old, refusal(QWEN3, shape));
  }

  @Test
  void shape_impossible_saysWhy() {
    assertEquals(
        "heads=9 is no multiple of kv_heads=2",
        refusal(QWEN3, new InflateShape(null, null, 9, 2, null, null, null)));
    Network quadruples =
        new Network(
            "llama",
            WeightNames.LLAMA,
            2,
            16,
            8,
            2,
            4,
            8,
            10,
            1e-6f,
            null,
            64,
            false,
            false,
            false,
            false,
            false);
    InflateShape triples = new InflateShape(null, null, 9, 3, null, null, null);
    assertEquals(
        "kv_heads=3 is less than the 4 that keep the groups of the checkpoint with heads=9",
        assertThrows(UnmaskException.class, () -> TargetShape.of(quadruples, triples))
            .getMessage());
    assertEquals(
        "head_dim=33 is odd",
        refusal(QWEN3, new InflateShape(null, null, null, null, 33, null, null)));
    assertEquals(
        "head_dim=2048: rope_theta=1000000.0 has no finite counterpart for heads so much wider"
            + " than 32",
        refusal(QWEN3, new InflateShape(null, null, null, null, 2048, null, null)));
    assertEquals(
        "hidden=66 is no multiple of heads=4",
        refusal(LLADA, new InflateShape(66, null, null, null, null, null, null)));
    assertEquals(
        "head_dim=20 is not hidden / heads=32, as llada wants it",
        refusal(LLADA, new InflateShape(128, null, null, null, 20, null, null)));
  }

  @Test
  void failure_leavesNothing() throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("qwen3-gqa", directory);
    checkpoint.config("rms_norm_eps", 0);
    Path output = directory.resolve("new").resolve("output");
    assertThrows(
        UnmaskException.class,
        () ->
            new CheckpointInflater()
                .run(InflateRequest.of(checkpoint.directory(), output, vocab(300))));
    assertFalse(Files.exists(output.getParent()));
  }

  private String refusal(Path checkpoint, InflateShape shape) {
    InflateRequest request = InflateRequest.of(checkpoint, directory.resolve("never"), shape);
    UnmaskException e =
        assertThrows(UnmaskException.class, () -> new CheckpointInflater().run(request));
    assertFalse(Files.exists(request.output()));
    return e.getMessage();
  }

  private static InflateShape vocab(int tokens) {
    return new InflateShape(null, null, null, null, null, null, tokens);
  }

  private Path inflate(Path checkpoint, InflateShape shape, String dtype, String name) {
    InflateRequest request = InflateRequest.of(checkpoint, directory.resolve(name), shape);
    return new CheckpointInflater().run(request.withDtype(dtype)).directory();
  }

  private static float[] values(StoredTensor tensor) {
    float[] values = new float[(int) tensor.elements()];
    tensor.read(0, values.length, StoredTensor.scratch(values.length), values);
    return values;
  }

  private static Map<String, Integer> contents(Path output) throws IOException {
    Map<String, Integer> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
          opened.tensors().forEach((name, t) -> hashes.put(name, Arrays.hashCode(values(t))));
        }
      }
    }
    return hashes;
  }
}

package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.cli.ImportCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Whatever is wrong is named in one line; the exit code is 2 and nothing is left behind. */
class ImportFaultsTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final String ADAPTER = "adapter_model.safetensors";
  private static final String QUERY = "model.layers.1.self_attn.q_proj";

  @TempDir Path work;

  /** Damages a checkpoint. */
  private interface Damage {
    void to(TestCheckpoint checkpoint) throws IOException;
  }

  private static Arguments fault(String name, String base, Damage damage, String... inMessage) {
    return Arguments.of(name, base, damage, List.of(inMessage));
  }

  static Stream<Arguments> checkpointFaults() {
    String q = QUERY + ".weight";
    return Stream.of(
        fault(
            "no config", "qwen2-gqa-tied", c -> Files.delete(c.file("config.json")), "config.json"),
        fault(
            "unreadable config",
            "qwen2-gqa-tied",
            c -> Files.writeString(c.file("config.json"), "{\"model_type\": "),
            "config.json"),
        fault(
            "unreadable tokenizer_config",
            "llada-gqa-tied",
            c -> {
              c.config("mask_token_id", null);
              Files.writeString(c.file("tokenizer_config.json"), "[");
            },
            "tokenizer_config.json"),
        fault(
            "no tokenizer",
            "qwen2-gqa-tied",
            c -> Files.delete(c.file("tokenizer.json")),
            "tokenizer.json"),
        fault("no weights", "qwen2-gqa-tied", c -> Files.delete(c.file(WEIGHTS)), WEIGHTS),
        fault("empty file", "qwen2-gqa-tied", c -> c.truncate(WEIGHTS, 0), WEIGHTS, "truncated"),
        fault("header cut", "qwen2-gqa-tied", c -> c.truncate(WEIGHTS, 100), WEIGHTS, "truncated"),
        fault(
            "data cut",
            "qwen2-gqa-tied",
            c -> c.truncate(WEIGHTS, 402271),
            WEIGHTS,
            "truncated",
            "402271"),
        fault(
            "header length",
            "qwen2-gqa-tied",
            c -> Files.write(c.file(WEIGHTS), new byte[] {0, 0, 0, 0, 0, 0, 0, 9, 1}),
            "header length="),
        fault(
            "header no JSON",
            "qwen2-gqa-tied",
            c -> Files.write(c.file(WEIGHTS), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '!'}),
            "header"),
        fault(
            "overlap",
            "qwen2-gqa-tied",
            c ->
                c.editHeader(
                    WEIGHTS,
                    h -> {
                      ArrayNode offsets =
                          (ArrayNode) h.path("model.norm.weight").path("data_offsets");
                      offsets.removeAll().add(4).add(4 + 256);
                    }),
            "overlap"),
        fault(
            "out of range",
            "qwen2-gqa-tied",
            c ->
                c.editHeader(
                    WEIGHTS,
                    h -> {
                      ArrayNode offsets =
                          (ArrayNode) h.path("model.norm.weight").path("data_offsets");
                      offsets.removeAll().add(1 << 30).add((1 << 30) + 256);
                    }),
            "model.norm.weight",
            "truncated"),
        fault(
            "offsets and shape differ",
            "qwen2-gqa-tied",
            c ->
                c.editHeader(
                    WEIGHTS,
                    h -> ((ArrayNode) h.path(q).path("shape")).removeAll().add(63).add(64)),
            q,
            "data_offsets"),
        fault(
            "negative shape",
            "qwen2-gqa-tied",
            c ->
                c.editHeader(
                    WEIGHTS,
                    h -> ((ArrayNode) h.path(q).path("shape")).removeAll().add(-64).add(-64)),
            q,
            "shape=[-64,-64]"),
        fault(
            "dtype",
            "qwen2-gqa-tied",
            c -> c.editHeader(WEIGHTS, h -> ((ObjectNode) h.path(q)).put("dtype", "I32")),
            q,
            "dtype=I32"),
        fault(
            "missing tensor",
            "qwen2-gqa-tied",
            c -> c.editHeader(WEIGHTS, h -> h.remove(q)),
            "no tensor " + q),
        fault(
            "shape mismatch",
            "qwen2-gqa-tied",
            c ->
                c.editHeader(
                    WEIGHTS,
                    h -> ((ArrayNode) h.path(q).path("shape")).removeAll().add(32).add(128)),
            q,
            "[32, 128]",
            "[64, 64]"),
        fault(
            "tensor without a place",
            "llama-gqa-llama3rope-tied",
            c ->
                c.editHeader(
                    WEIGHTS,
                    h -> h.set(QUERY + ".bias", h.remove("model.layers.2.input_layernorm.weight"))),
            "input_layernorm"),
        fault(
            "bias the config does not know",
            "llama-attention-bias-f16",
            c -> c.config("attention_bias", false),
            "k_proj.bias",
            "no place"),
        fault(
            "missing shard",
            "sdar-sharded",
            c -> Files.delete(c.file("model-00002-of-00002.safetensors")),
            "model-00002-of-00002.safetensors"),
        fault(
            "tensor not in its shard",
            "sdar-sharded",
            c ->
                c.editJson(
                    "model.safetensors.index.json",
                    j ->
                        ((ObjectNode) j.path("weight_map"))
                            .put("lm_head.weight", "model-00001-of-00002.safetensors")),
            "lm_head.weight",
            "model-00001-of-00002.safetensors"),
        fault(
            "shard outside",
            "sdar-sharded",
            c ->
                c.editJson(
                    "model.safetensors.index.json",
                    j ->
                        ((ObjectNode) j.path("weight_map"))
                            .put("lm_head.weight", "../x.safetensors")),
            "lm_head.weight",
            "../x.safetensors"),
        fault(
            "no mask token",
            "sdar-sharded",
            c -> {
              c.config("mask_token_id", null);
              c.editJson("tokenizer_config.json", j -> j.remove("mask_token"));
            },
            "mask_token"),
        fault(
            "unknown mask token",
            "sdar-sharded",
            c -> {
              c.config("mask_token_id", null);
              c.editJson("tokenizer_config.json", j -> j.put("mask_token", "<nowhere>"));
            },
            "<nowhere>"),
        fault(
            "eos beyond the vocabulary",
            "qwen2-gqa-tied",
            c -> c.editJson("generation_config.json", j -> j.put("eos_token_id", 256)),
            "256"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("checkpointFaults")
  void import_damagedCheckpoint_namesTheFault(
      String name, String base, Damage damage, List<String> inMessage) throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf(base, work);
    damage.to(checkpoint);
    assertRefused(inMessage, "--checkpoint", checkpoint.directory().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "qwen2-gqa-tied, model_type, gpt2",
    "qwen2-gqa-tied, hidden_act, gelu",
    "qwen2-gqa-tied, use_sliding_window, true",
    "qwen2-gqa-tied, num_key_value_heads, 3",
    "qwen2-gqa-tied, hidden_size, -1",
    "qwen2-gqa-tied, vocab_size, many",
    "qwen2-gqa-tied, tie_word_embeddings, maybe",
    "qwen2-gqa-tied, attention_bias, false",
    "qwen2-gqa-tied, partial_rotary_factor, 0.5",
    "qwen2-gqa-tied, quantization_config, gptq",
    "qwen3-gqa, mlp_bias, true",
    "qwen3-gqa, head_dim, 31",
    "llada-gqa-tied, activation_type, swiglu",
    "llada-gqa-tied, alibi, true",
    "llada-gqa-tied, attention_layer_norm, true",
    "llada-gqa-tied, block_type, sequential",
    "llada-gqa-tied, bias_for_layer_norm, true",
    "llada-gqa-tied, clip_qkv, 8",
    "llada-gqa-tied, include_bias, true",
    "llada-gqa-tied, input_emb_norm, true",
    "llada-gqa-tied, layer_norm_type, default",
    "llada-gqa-tied, layer_norm_with_affine, false",
    "llada-gqa-tied, rope, false",
    "llada-gqa-tied, scale_logits, true",
  })
  void import_unsupportedField_namesFieldAndValue(String base, String field, String value)
      throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf(base, work);
    checkpoint.config(field, parsed(value));
    String shown = field.equals("num_key_value_heads") ? "multiple of 3" : field + "=" + value;
    assertRefused(List.of(shown), "--checkpoint", checkpoint.directory().toString());
  }

  private static Object parsed(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    try {
      return Json.MAPPER.readTree(value);
    } catch (IOException e) {
      return value;
    }
  }

  @ParameterizedTest
  @CsvSource({"yarn", "longrope", "su"})
  void import_unknownRopeType_namesIt(String type) throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("llama-gqa-llama3rope-tied", work);
    checkpoint.config("rope_scaling", Map.of("rope_type", type, "factor", 4.0));
    assertRefused(List.of("rope_type=" + type), "--checkpoint", checkpoint.directory().toString());
  }

  @Test
  void import_slidingLayerTypes_namesThem() throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("qwen3-gqa", work);
    checkpoint.config(
        "layer_types", List.of("full_attention", "sliding_attention", "full_attention"));
    assertRefused(List.of("layer_types"), "--checkpoint", checkpoint.directory().toString());
  }

  static Stream<Arguments> adapterFaults() {
    String a = "base_model.model." + QUERY + ".lora_A.weight";
    String b = "base_model.model." + QUERY + ".lora_B.weight";
    String plain = "qwen2-lora-plain";
    return Stream.of(
        fault(
            "no config",
            plain,
            c -> Files.delete(c.file("adapter_config.json")),
            "adapter_config.json"),
        fault("no weights", plain, c -> Files.delete(c.file(ADAPTER)), ADAPTER),
        fault("cut", plain, c -> c.truncate(ADAPTER, 30000), ADAPTER, "truncated"),
        fault("DoRA", plain, c -> c.config("use_dora", true), "use_dora=true"),
        fault("bias", plain, c -> c.config("bias", "all"), "bias=all"),
        fault("lora_bias", plain, c -> c.config("lora_bias", true), "lora_bias=true"),
        fault("type", plain, c -> c.config("peft_type", "IA3"), "peft_type=IA3"),
        fault(
            "modules_to_save",
            plain,
            c -> c.config("modules_to_save", List.of("lm_head")),
            "modules_to_save=[\"lm_head\"]"),
        fault(
            "layer_replication",
            plain,
            c -> c.config("layer_replication", List.of(List.of(0, 1))),
            "layer_replication"),
        fault("rank", plain, c -> c.config("r", 8), "lora_A", "[4, 64]", "[8, 64]"),
        fault(
            "tensor that matches no weight",
            plain,
            c -> {
              c.config("target_modules", "all-linear");
              c.editHeader(
                  ADAPTER,
                  h -> {
                    h.set(a.replace(".1.", ".7."), h.remove(a));
                    h.set(b.replace(".1.", ".7."), h.remove(b));
                  });
            },
            a.replace(".1.", ".7."),
            "matches no weight"),
        fault("half a pair", plain, c -> c.editHeader(ADAPTER, h -> h.remove(b)), QUERY, "lora_B"),
        fault(
            "target without tensors",
            plain,
            c ->
                c.editHeader(
                    ADAPTER,
                    h -> {
                      h.remove(a);
                      h.remove(b);
                    }),
            "lora_A",
            QUERY),
        fault(
            "not a target",
            plain,
            c -> c.config("target_modules", List.of("k_proj")),
            "target_modules"),
        fault(
            "other tensors",
            plain,
            c -> c.editHeader(ADAPTER, h -> h.set(QUERY + ".lora_magnitude_vector", h.remove(a))),
            "lora_magnitude_vector"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("adapterFaults")
  void import_damagedAdapter_namesTheFault(
      String name, String base, Damage damage, List<String> inMessage) throws IOException {
    TestCheckpoint adapter = TestCheckpoint.copyOf(base, work);
    damage.to(adapter);
    assertRefused(
        inMessage,
        "--checkpoint",
        TestCheckpoint.ROOT.resolve("qwen2-gqa-tied").toString(),
        "--adapter",
        adapter.directory().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "--dtype, int3, dtype=int3",
    "--max-context, 513, max_context=513",
    "--max-context, 0, max_context=0",
    "--candidates, 257, candidates=257",
    "--candidates, 1, candidates=1",
    "--attention, diagonal, attention=diagonal",
    "--attention, full, attention=full",
    "--block-size, 8, block_size=8",
    "--name, a/b, name=a/b",
    "--name, .., name=..",
    "--adapter, nowhere, adapter=nowhere",
  })
  void import_wrongOption_namesFieldAndValue(String option, String value, String inMessage)
      throws IOException {
    assertRefused(
        List.of(inMessage),
        "--checkpoint",
        TestCheckpoint.ROOT.resolve("qwen2-gqa-tied").toString(),
        option,
        value);
  }

  @Test
  void import_valueTooLargeForHalf_namesTensorAndLeavesNothing() throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("qwen2-gqa-tied", work);
    byte[] bytes = Files.readAllBytes(checkpoint.file(WEIGHTS));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putFloat(8 + (int) buffer.getLong(0), 0x1p20f);
    Files.write(checkpoint.file(WEIGHTS), bytes);
    assertRefused(
        List.of("model.embed_tokens.weight", "1048576.0", "dtype=fp16"),
        "--checkpoint",
        checkpoint.directory().toString(),
        "--dtype",
        "fp16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8", "int4"})
  void import_quantizedInfinity_namesTheTensor(String dtype) throws IOException {
    TestCheckpoint checkpoint = TestCheckpoint.copyOf("qwen2-gqa-tied", work);
    byte[] bytes = Files.readAllBytes(checkpoint.file(WEIGHTS));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    // The first tensor is the embedding, from which the head's weights are made too.
    buffer.putFloat(8 + (int) buffer.getLong(0), Float.POSITIVE_INFINITY);
    Files.write(checkpoint.file(WEIGHTS), bytes);
    assertRefused(
        List.of("model.embed_tokens.weight", "Infinity", "quantised"),
        "--checkpoint",
        checkpoint.directory().toString(),
        "--dtype",
        dtype);
  }

  @Test
  void import_takenName_leavesTheOtherModelAlone() throws IOException {
    Path repository = Files.createDirectory(work.resolve("models"));
    Path other = Files.createDirectory(repository.resolve("taken"));
    Files.writeString(other.resolve("config.pbtxt"), "mine");
    List<String> error =
        run(
            "--checkpoint",
            TestCheckpoint.ROOT.resolve("qwen2-gqa-tied").toString(),
            "--repository",
            repository.toString(),
            "--name",
            "taken");
    assertEquals(1, error.size(), () -> String.join("\n", error));
    assertTrue(error.get(0).contains("taken exists already"), error.get(0));
    assertEquals("mine", Files.readString(other.resolve("config.pbtxt")));
    try (Stream<Path> files = Files.list(repository)) {
      assertEquals(1, files.count());
    }
  }

  private void assertRefused(List<String> inMessage, String... arguments) {
    Path parent = work.resolve("new");
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--repository", parent.resolve("models").toString()));
    if (!all.contains("--name")) {
      all.addAll(List.of("--name", "broken"));
    }
    List<String> error = run(all.toArray(new String[0]));
    assertEquals(1, error.size(), () -> String.join("\n", error));
    assertTrue(error.get(0).startsWith("unmask import: "), error.get(0));
    for (String part : inMessage) {
      assertTrue(error.get(0).contains(part), part + " in: " + error.get(0));
    }
    assertFalse(Files.exists(parent), "something is left behind");
  }

  /** Runs the command, which must exit with 2, and returns the lines of its error stream. */
  private static List<String> run(String... arguments) {
    StringWriter error = new StringWriter();
    int code =
        new CommandLine(new ImportCommand()).setErr(new PrintWriter(error)).execute(arguments);
    assertEquals(2, code);
    return error.toString().lines().toList();
  }
}

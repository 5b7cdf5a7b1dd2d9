package dev.unmask.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigPbtxtWriterTest {
  private final String text = ConfigPbtxtWriter.write(manifest(null));

  private static ModelManifest manifest(Integer blockSize) {
    return new ModelManifest(
        1,
        "tiny",
        "llada",
        "full",
        false,
        10,
        1,
        1,
        1,
        2,
        2,
        2,
        "fp32",
        16,
        4,
        9,
        null,
        null,
        List.of(8),
        List.of(8, 9),
        blockSize,
        List.of("llada", "dream"),
        "llada",
        Map.of(),
        1,
        Map.of());
  }

  @Test
  void write_model_isDecoupledAndUnbatched() {
    assertTrue(text.startsWith("name: \"tiny\"\nbackend: \"unmask\"\nmax_batch_size: 0\n"), text);
    assertTrue(text.contains("model_transaction_policy {\n  decoupled: true\n}\n"));
    // Where it runs is left to the machine, or to who edits the file.
    assertFalse(text.contains("instance_group"), text);
    assertTrue(
        text.contains("key: \"algorithms\"\n  value {\n    string_value: \"llada,dream\"\n"));
  }

  @Test
  void write_defaults_areTheManifests() {
    assertTrue(text.contains(parameter("default_algorithm", "llada")), text);
    assertFalse(text.contains("block_size\"\n  value"), text);
    String blocks = ConfigPbtxtWriter.write(manifest(16));
    assertTrue(blocks.contains(parameter("block_size", "16")), blocks);
  }

  private static String parameter(String key, String value) {
    return "parameters {\n  key: \"%s\"\n  value {\n    string_value: \"%s\"\n  }\n}\n"
        .formatted(key, value);
  }

  @Test
  void write_tensors_areAllThereOnce() {
    Set<String> inputs = new HashSet<>();
    for (TensorSpec spec : TensorSpecs.INPUTS) {
      assertTrue(inputs.add(spec.name()), spec.name());
      assertTrue(spec.optional(), spec.name());
      assertTrue(text.contains(entry(spec) + "    optional: true\n  }"), spec.name());
    }
    Set<String> outputs = new HashSet<>();
    for (TensorSpec spec : TensorSpecs.OUTPUTS) {
      assertTrue(outputs.add(spec.name()), spec.name());
      assertTrue(text.contains(entry(spec) + "  }"), spec.name());
    }
    assertEquals(
        inputs.size() + outputs.size(),
        text.lines().filter(line -> line.startsWith("    name: ")).count());
  }

  @Test
  void write_tensorsThatOtherFrontEndsSend_areDeclaredAsTheySendThem() {
    Map<String, String> expected =
        Map.of(
            "text_input", "TYPE_STRING",
            "stream", "TYPE_BOOL",
            "exclude_input_in_output", "TYPE_BOOL",
            "sampling_parameters", "TYPE_STRING",
            "return_num_input_tokens", "TYPE_BOOL",
            "return_num_output_tokens", "TYPE_BOOL",
            "return_logprobs", "TYPE_BOOL",
            "max_tokens", "TYPE_INT32",
            "seed", "TYPE_UINT64",
            "temperature", "TYPE_FP32");
    expected.forEach(
        (name, type) ->
            assertTrue(
                text.contains(
                    "    name: \"%s\"\n    data_type: %s\n    dims: [ 1 ]\n    optional: true\n"
                        .formatted(name, type)),
                name));
  }

  private static String entry(TensorSpec spec) {
    return "  {\n    name: \"%s\"\n    data_type: %s\n    dims: [ %d ]\n"
        .formatted(spec.name(), spec.configType(), spec.dim());
  }

  @Test
  void write_brackets_balanceAndListsEndWithoutComma() {
    assertEquals(count('['), count(']'));
    assertEquals(count('{'), count('}'));
    assertFalse(text.contains("},\n]"));
  }

  private long count(char c) {
    return text.chars().filter(x -> x == c).count();
  }
}

package dev.unmask.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInstanceGroup;
import dev.unmask.repository.ConfigPbtxtWriter;
import dev.unmask.repository.ModelManifest;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.scheduler.UnmaskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigCompletionTest {
  private static final ModelManifest MANIFEST = Manifests.small("imported_as");

  private static ModelConfig complete(String text) {
    return ConfigCompletion.complete(
        "m", ModelConfigs.parse(text, "config.pbtxt"), MANIFEST, ModelInstanceGroup.Kind.KIND_CPU);
  }

  @Test
  void complete_nothingGiven_isAsTheImporterWrites() {
    ModelConfig config = complete("");
    assertEquals("m", config.getName());
    assertEquals("unmask", config.getBackend());
    assertEquals(0, config.getMaxBatchSize());
    assertTrue(config.getModelTransactionPolicy().getDecoupled());
    assertEquals(TensorSpecs.INPUTS.size(), config.getInputCount());
    assertEquals(TensorSpecs.OUTPUTS.size(), config.getOutputCount());
    assertEquals(1, config.getVersionPolicy().getLatest().getNumVersions());
    assertEquals(1, config.getInstanceGroup(0).getCount());
    assertEquals("llama", config.getParametersOrThrow("family").getStringValue());
    assertEquals("ar", config.getParametersOrThrow("default_algorithm").getStringValue());
    assertFalse(config.containsParameters("block_size"));
    ModelManifest named = Manifests.small("m");
    assertEquals(config, complete(ConfigPbtxtWriter.write(named)));
  }

  @Test
  void complete_partlyGiven_keepsWhatIsGiven() {
    ModelConfig config =
        complete(
            "name: 'm' backend: 'unmask' model_transaction_policy { decoupled: false }"
                + " input { name: 'text_input' data_type: TYPE_STRING dims: [1] }"
                + " version_policy { all {} } parameters { key: 'max_sequences' value {"
                + " string_value: '2' } } some_new_field { x: 1 }");
    assertFalse(config.getModelTransactionPolicy().getDecoupled());
    assertEquals(TensorSpecs.INPUTS.size(), config.getInputCount());
    assertTrue(config.getVersionPolicy().hasAll());
    assertEquals("2", config.getParametersOrThrow("max_sequences").getStringValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: 'other' | name 'other' differs from the directory's",
        "backend: 'vllm' | backend 'vllm' is not served here",
        "platform: 'onnxruntime_onnx' | platform 'onnxruntime_onnx' is not served here",
        "max_batch_size: 8 | max_batch_size 8: requests are batched here, it must be 0",
        "response_cache { enable: true } | response_cache is not supported",
        "input { name: 'x' } | input 'x' is not one of the model's",
        "output { name: 'x' } | output 'x' is not one of the model's",
        "input { name: 'text_input' data_type: TYPE_INT32 dims: [1] } | input 'text_input' has"
            + " data_type TYPE_INT32, the model's is TYPE_STRING",
        "output { name: 'text_output' data_type: TYPE_STRING dims: [3] } | output 'text_output'"
            + " has dims [3], the model's are [-1]",
      })
  void complete_contradiction_isRefusedWithReason(String text, String reason) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> complete(text));
    assertEquals("configuration of model 'm': " + reason, e.getMessage());
  }

  @Test
  void parse_wrongText_namesLineAndColumn() {
    UnmaskException e =
        assertThrows(
            UnmaskException.class, () -> ModelConfigs.parse("name: 'm'\nbackend: 3", "file"));
    assertTrue(e.getMessage().startsWith("file: 2:10"), e.getMessage());
  }
}

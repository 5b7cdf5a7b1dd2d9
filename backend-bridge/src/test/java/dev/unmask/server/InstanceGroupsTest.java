package dev.unmask.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.model.ModelConfigs;
import dev.unmask.model.ModelSettings;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceGroupsTest {
  private static ModelSettings settings(String text, String engine) {
    return InstanceGroups.settings(
        "m",
        ModelConfigs.parse(text, "config.pbtxt"),
        ModelSettings.DEFAULT.with(Map.of("engine", engine)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "instance_group { count: 2 } | auto | count 2: one instance batches all requests; set the"
            + " parameter max_sequences instead",
        "instance_group { kind: KIND_GPU } | onnxruntime | kind KIND_GPU: engine=onnxruntime runs on"
            + " the CPU; set KIND_CPU or another engine",
        "instance_group { kind: KIND_GPU gpus: [0, 1] } | auto | gpus [0, 1]: one instance runs on"
            + " one GPU here; Triton has more",
      })
  void settings_thatCannotBe_areRefusedWithReason(String text, String engine, String reason) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> settings(text, engine));
    assertEquals("configuration of model 'm': instance_group " + reason, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | auto | auto | 0",
        "'' | tensorrt | tensorrt | 0",
        "instance_group { count: 1 kind: KIND_CPU } | auto | onnxruntime | 0",
        "instance_group { count: 1 kind: KIND_CPU } | tensorrt | tensorrt | 0",
        "instance_group { kind: KIND_AUTO } | auto | auto | 0",
        "instance_group { kind: KIND_MODEL } | onnxruntime | onnxruntime | 0",
        "instance_group { kind: KIND_GPU } | auto | tensorrt | 0",
        "instance_group { kind: KIND_GPU gpus: [2] } | tensorrt | tensorrt | 2",
      })
  void settings_ofOneInstance_sayEngineAndDevice(
      String text, String engine, String expected, int device) {
    ModelSettings settings = settings(text, engine);
    assertEquals(expected, settings.engine());
    assertEquals(device, settings.device());
  }
}

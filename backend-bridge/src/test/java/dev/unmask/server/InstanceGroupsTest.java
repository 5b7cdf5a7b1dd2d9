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
        "instance_group { count: 2 } | auto | count 2: one instance of a device batches all"
            + " requests; set the parameter max_sequences instead",
        "instance_group { count: 2 kind: KIND_GPU gpus: [0, 1] } | auto | count 4: one instance of a"
            + " device batches all requests; set the parameter max_sequences instead",
        "instance_group [ { kind: KIND_CPU }, { kind: KIND_CPU } ] | auto | count 2: one instance of"
            + " a device batches all requests; set the parameter max_sequences instead",
        "instance_group [ { kind: KIND_GPU gpus: [0] }, { kind: KIND_CPU } ] | auto | kinds KIND_GPU"
            + " and KIND_CPU: instances are of one",
        "instance_group { kind: KIND_CPU gpus: [1] } | auto | gpus [1]: instances of kind KIND_CPU"
            + " have none",
        "instance_group { count: 2147483647 kind: KIND_GPU gpus: [0, 1] } | auto | count 4294967294:"
            + " one instance of a device batches all requests; set the parameter max_sequences"
            + " instead",
        "instance_group [ { kind: KIND_GPU gpus: [1] }, { kind: KIND_GPU gpus: [1] } ] | auto |"
            + " devices=[1, 1] is not a list of different GPUs",
        "instance_group { kind: KIND_GPU } | onnxruntime | kind KIND_GPU: engine=onnxruntime runs on"
            + " the CPU; set KIND_CPU or another engine",
      })
  void settings_thatCannotBe_areRefusedWithReason(String text, String engine, String reason) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> settings(text, engine));
    assertEquals("configuration of model 'm': instance_group " + reason, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | auto | auto | [0]",
        "'' | tensorrt | tensorrt | [0]",
        "instance_group { count: 1 kind: KIND_CPU } | auto | onnxruntime | [0]",
        "instance_group { count: 1 kind: KIND_CPU } | tensorrt | tensorrt | [0]",
        "instance_group { kind: KIND_AUTO } | auto | auto | [0]",
        "instance_group { kind: KIND_MODEL } | onnxruntime | onnxruntime | [0]",
        "instance_group { kind: KIND_GPU } | auto | tensorrt | [0]",
        "instance_group { kind: KIND_GPU gpus: [2] } | tensorrt | tensorrt | [2]",
        "instance_group { kind: KIND_GPU gpus: [2, 0] } | auto | tensorrt | [2, 0]",
        "instance_group { gpus: [0, 1] } | auto | tensorrt | [0, 1]",
        "instance_group [ { kind: KIND_GPU gpus: [1] }, { kind: KIND_GPU gpus: [3] } ] | auto |"
            + " tensorrt | [1, 3]",
      })
  void settings_ofInstances_sayEngineAndDevices(
      String text, String engine, String expected, String devices) {
    ModelSettings settings = settings(text, engine);
    assertEquals(expected, settings.engine());
    assertEquals(devices, settings.devices().toString());
  }
}

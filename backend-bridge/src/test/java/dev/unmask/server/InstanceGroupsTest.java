package dev.unmask.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.model.ModelConfigs;
import dev.unmask.scheduler.UnmaskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceGroupsTest {
  private static void check(String text) {
    InstanceGroups.check("m", ModelConfigs.parse(text, "config.pbtxt"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "instance_group { count: 2 } | count 2: one instance batches all requests; set the"
            + " parameter max_sequences instead",
        "instance_group { kind: KIND_GPU } | kind KIND_GPU: models run on the CPU here",
      })
  void check_moreThanOneOnTheCpu_isRefusedWithReason(String text, String reason) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> check(text));
    assertEquals("configuration of model 'm': instance_group " + reason, e.getMessage());
  }

  @Test
  void check_oneOrNone_passes() {
    check("");
    check("instance_group { count: 1 kind: KIND_CPU }");
    check("instance_group { kind: KIND_MODEL }");
  }
}

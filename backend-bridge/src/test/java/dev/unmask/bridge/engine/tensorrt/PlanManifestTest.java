package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanManifestTest {
  private static final PlanManifest PLAN = PlanFixtures.plan(PlanFixtures.model("bf16", 1024, 16));

  @TempDir Path directory;

  private PlanManifest read(String json) throws Exception {
    Files.writeString(directory.resolve(PlanManifest.FILE_NAME), json);
    Files.write(directory.resolve(PlanManifest.PLAN_FILE_NAME), new byte[1]);
    return PlanManifest.read(directory);
  }

  @Test
  void written_readsBack() throws Exception {
    assertEquals(PLAN, read(PLAN.toJson()));
  }

  @Test
  void keys_areInSnakeCase() {
    for (String key :
        new String[] {
          "format",
          "tensor_rt_version",
          "compute_capability",
          "graph_sha256",
          "plan_sha256",
          "dtype",
          "capacity",
          "max_batch",
          "max_query_tokens",
          "profiles"
        }) {
      assertTrue(PLAN.toJson().contains("\"" + key + "\" :"), key + " in " + PLAN.toJson());
    }
  }

  @Test
  void noPlan_notFound() throws Exception {
    UnmaskException e = assertThrows(UnmaskException.class, () -> PlanManifest.read(directory));
    assertEquals(ErrorCode.NOT_FOUND, e.code());
    Files.writeString(directory.resolve(PlanManifest.FILE_NAME), PLAN.toJson());
    e = assertThrows(UnmaskException.class, () -> PlanManifest.read(directory));
    assertEquals(ErrorCode.NOT_FOUND, e.code());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"format\" : 1;\"format\" : 2;format=2, this build reads 1",
        "11.2.1;eleven;tensor_rt_version=eleven",
        "\"9.0\";\"sm_90\";compute_capability=sm_90",
        "aaaa;AAAA;graph_sha256=AAAA",
        "bbbb;xxxx;plan_sha256=xxxx",
        "bf16;int4;dtype=int4",
        "\"capacity\" : 1024;\"capacity\" : 0;capacity=0",
        "\"max_batch\" : 32;\"max_batch\" : -1;max_batch=-1",
        "\"max_query_tokens\" : 1024;\"max_query_tokens\" : 0;max_query_tokens=0",
        "\"max_query_tokens\" : 1024;\"max_query_tokens\" : 1025;max_query_tokens=1025",
        "\"decode\";\"prefill\";profiles=prefill",
        "\"decode\";null;profiles=null",
        "\"max\" : 128;\"max\" : 15;decode.query=",
        "\"min\" : 1;\"min\" : 0;decode.batch=",
        "\"capacity\" : 1024;\"capacity\" : null;capacity: ",
        "\"capacity\" : 1024,;;capacity",
        "\"dtype\" : \"bf16\";\"dtype\" : null;dtype=null",
        "\"dtype\";\"type\";'dtype'",
        "\"format\";\"more\" : 1, \"format\";more: ",
        "\"rows\" : ;\"rows\" : 1, \"old\" : ;profiles.",
        "{;[;model.plan.json",
      })
  void wrongValue_isNamed(String from, String to, String named) {
    String json =
        PLAN.toJson()
            .replaceFirst(Pattern.quote(from), to == null ? "" : Matcher.quoteReplacement(to));
    UnmaskException e = assertThrows(UnmaskException.class, () -> read(json));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains(named), e.getMessage());
    assertTrue(e.getMessage().startsWith(directory.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}

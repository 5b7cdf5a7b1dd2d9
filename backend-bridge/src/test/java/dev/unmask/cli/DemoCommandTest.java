package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.cli.CommandLineFixture.Result;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir static Path home;

  @BeforeAll
  static void useHome() throws IOException {
    CommandLineFixture.useHome(home);
  }

  @Test
  void demo_onePrompt_passesAndTable() {
    Result result =
        CommandLineFixture.run("demo", "--prompts", "1", "--task", "json", "--warm-up", "1");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("pass  1  16/16(+16)"), result.out());
    for (String method :
        List.of(
            "autoregressive",
            "llada, 96",
            "fast_dllm, prefix",
            "fast_dllm, dual",
            "d2f ",
            "d2f, skip")) {
      assertEquals(
          1, result.out().lines().filter(line -> line.startsWith(method)).count(), result.out());
    }
    assertTrue(result.err().contains("importing tiny_ar"), result.err());
  }

  @Test
  void demo_wrongArguments_exitCode2() {
    Result result = CommandLineFixture.run("demo", "--task", "chess");
    assertEquals(2, result.exitCode());
    assertEquals("unmask demo: --task=chess is none of gsm, code, json", result.err().strip());
    assertEquals(2, CommandLineFixture.run("demo", "--prompts", "0").exitCode());
  }

  @Test
  void pick_allTasks_inTurn() {
    List<DemoPrompts.Prompt> prompts = DemoPrompts.pick(96, null);
    assertEquals(96, prompts.stream().map(DemoPrompts.Prompt::prompt).distinct().count());
    assertEquals("gsm", prompts.get(0).task());
    assertEquals("code", prompts.get(1).task());
    assertEquals("json", prompts.get(2).task());
    assertThrows(UnmaskException.class, () -> DemoPrompts.pick(97, null));
    assertThrows(UnmaskException.class, () -> DemoPrompts.pick(33, "gsm"));
  }
}

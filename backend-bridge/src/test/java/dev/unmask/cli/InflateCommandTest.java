package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.cli.CommandLineFixture.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InflateCommandTest {
  private static final String CHECKPOINT = "src/test/resources/architectures/llada-gqa-tied";

  @TempDir Path directory;

  private Result run(String... more) {
    String[] args = new String[5 + more.length];
    System.arraycopy(
        new String[] {
          "inflate", "--checkpoint", CHECKPOINT, "--output", directory.resolve("out").toString()
        },
        0,
        args,
        0,
        5);
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandLineFixture.run(args);
  }

  @Test
  void shapeAndSize_sizeWins() {
    Result result = run("--shape", "25m", "--intermediate", "256", "--dtype", "bf16");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("read by a pass"), result.out());
    assertTrue(Files.exists(directory.resolve("out").resolve("config.json")));
    Result again = run("--shape", "25m");
    assertEquals(2, again.exitCode());
    assertTrue(again.err().contains("exists already"), again.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--shape 3b;shape=3b is none of 25m, 110m, 0.5b, 8b",
        "--seed 1;neither --shape nor a size is given",
        "--hidden 32;hidden=32 is smaller than the checkpoint's 64",
        "--hidden 0;hidden=0 is smaller than the checkpoint's 64",
        "--hidden 128 --dtype int8;dtype=int8 is none of fp32, fp16, bf16",
        "--hidden 128 --adapter /nowhere;no file /nowhere/adapter_config.json",
        "--hidden 128 --block-size 16;block_size=16 has no meaning with attention=full",
      })
  void badArguments_oneLineWithFieldAndValue(String args, String message) {
    Result result = run(args.split(" "));
    assertEquals(2, result.exitCode());
    assertEquals("unmask inflate: " + message, result.err().strip());
    assertFalse(Files.exists(directory.resolve("out")));
  }
}

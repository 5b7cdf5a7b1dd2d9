package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.unmask.bridge.engine.ContractModels;
import dev.unmask.bridge.engine.tensorrt.GpuProbe;
import dev.unmask.cli.CommandLineFixture.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildEngineCommandTest {
  @TempDir static Path repository;

  private static Path directory;

  @BeforeAll
  static void importModel() {
    directory = ContractModels.load("qwen3-gqa", "bf16", repository).directory();
  }

  private static Result run(String... more) {
    String[] args = new String[more.length + 5];
    System.arraycopy(
        new String[] {
          "build-engine", "--model-repository", repository.toString(), "--model", "qwen3-gqa-bf16"
        },
        0,
        args,
        0,
        5);
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandLineFixture.run(args);
  }

  private static String error(Result result, int exitCode) {
    assertEquals(exitCode, result.exitCode(), result.err());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(Files.notExists(directory.resolve("model.plan")));
    return result.err().strip();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--dtype fp16;--dtype=fp16, but the graph of qwen3-gqa-bf16 is bf16",
        "--max-context 64;--max-context=64, but the graph",
        "--max-batch 0;--max-batch=0 is below 1",
        "--workspace 4x;'--workspace': '4x' is no size such as 512M or 4G",
        "--workspace 0;'--workspace': '0' is zero or too large",
        "--workspace 99999999T;'--workspace': '99999999T' is zero or too large",
        "--max-query-tokens 513;--max-query-tokens=513 is not between 1 and",
      })
  void badArguments_oneLineWithOptionAndValue(String args, String message) {
    String error = error(run(args.split(" ")), 2);
    assertTrue(error.contains(message), error);
    assertTrue(error.startsWith("unmask build-engine: "), error);
  }

  @Test
  void unknownModel_namesThoseThereAre() {
    Result result =
        CommandLineFixture.run(
            "build-engine", "--model-repository", repository.toString(), "--model", "x");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("which has qwen3-gqa-bf16"), result.err());
  }

  @Test
  void noDevice_oneLineThatSaysWhatIsMissing() {
    assumeFalse(GpuProbe.probe().usable());
    String error = error(run("--max-batch", "8", "--workspace", "512M"), 1);
    assertTrue(error.startsWith("unmask build-engine: no GPU to build on: "), error);
    assertTrue(error.endsWith("('./unmask doctor' says more)"), error);
  }

  @Test
  void changedGraph_isRefused() throws Exception {
    Path graph = directory.resolve("model.onnx");
    byte[] bytes = Files.readAllBytes(graph);
    try {
      // An unknown field of the model: still the same graph, and not the file that was imported.
      Files.write(graph, new byte[] {(byte) 0xf8, 0x07, 0}, StandardOpenOption.APPEND);
      String error = error(run(), 2);
      assertTrue(error.contains("its hash is ") && error.contains("unmask.json says"), error);
    } finally {
      Files.write(graph, bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2K,2048", "512m,536870912", "4G,4294967296", "1TB,1099511627776"})
  void byteSize_parses(String text, long bytes) {
    assertEquals(bytes, new ByteSize().convert(text));
  }

  @ParameterizedTest
  @CsvSource({"12,12 B", "2048,2.0 KiB", "1572864,1.5 MiB", "85899345920,80.0 GiB"})
  void byteSize_prints(long bytes, String text) {
    assertEquals(text, ByteSize.text(bytes));
  }
}

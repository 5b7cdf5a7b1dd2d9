package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line where TensorRT's libraries are there and a driver is not. */
@Tag("tensorrt")
class ITBuildEngineWithoutDriver {
  @TempDir Path directory;

  private record Result(int exitCode, List<String> out, List<String> err) {}

  private Result run(String... args) throws Exception {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.unmask.cli.Main"));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("LD_LIBRARY_PATH", TensorRtNatives.DIRECTORY.toString());
    builder.environment().remove("TRT_INTERNAL_OPTIONS");
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Result(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
  }

  @Test
  void oneLineThatNamesTheDriver() throws Exception {
    TensorRtNatives.export("qwen3-gqa", "bf16", directory);
    Result result =
        run(
            "build-engine",
            "--model",
            "qwen3-gqa-bf16",
            "--model-repository",
            directory.toString());
    assertEquals(1, result.exitCode(), result.err().toString());
    assertEquals(List.of(), result.out());
    assertEquals(1, result.err().size(), result.err().toString());
    String line = result.err().get(0);
    assertTrue(line.startsWith("unmask build-engine: no GPU to build on: NVIDIA driver"), line);
    assertTrue(Files.notExists(directory.resolve("qwen3-gqa-bf16/1/model.plan")));
  }
}

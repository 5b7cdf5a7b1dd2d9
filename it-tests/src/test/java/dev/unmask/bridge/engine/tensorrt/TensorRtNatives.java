package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.ImportRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * NVIDIA's TensorRT libraries, which the build unpacked, on a machine without a driver. They need
 * nothing of CUDA to parse, but JavaCPP loads CUDA's libraries first: empty ones with their names
 * stand in. A call into those would end the process, so that nothing but TensorRT is called.
 */
final class TensorRtNatives {
  /** Where the build unpacks them; {@code -Ptensorrt-natives} says so. */
  static final Path DIRECTORY = Path.of("target", "tensorrt").toAbsolutePath();

  private static final Path CHECKPOINTS = Path.of("..", "model-repository", "checkpoints");
  private static final Path ARCHITECTURES =
      Path.of("..", "backend-bridge", "src", "test", "resources", "architectures");
  private static final int MAX_CONTEXT = 512;

  private static final List<String> CUDA =
      List.of(
          "libcuda.so.1",
          "libcudart.so.13",
          "libcublasLt.so.13",
          "libcublas.so.13",
          "libcudnn.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_adv.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_graph.so.9",
          "libnvrtc.so.13");
  private static final List<String> TENSORRT =
      List.of("libnvinfer.so.11", "libnvinfer_plugin.so.11", "libnvonnxparser.so.11");

  private static boolean loaded;

  private TensorRtNatives() {}

  /** Loads them, before any class of JavaCPP's presets. */
  static synchronized void load() throws IOException, InterruptedException {
    if (loaded) {
      return;
    }
    // NVIDIA's own switch for a builder that only parses; unset, it asks for a device.
    assertEquals("--cpu_only=1", System.getenv("TRT_INTERNAL_OPTIONS"));
    Path stubs = Files.createDirectories(DIRECTORY.resolve("stubs"));
    for (String name : CUDA) {
      System.load(stub(stubs, name).toString());
    }
    for (String name : TENSORRT) {
      System.load(DIRECTORY.resolve(name).toString());
    }
    loaded = true;
  }

  private static Path stub(Path directory, String name) throws IOException, InterruptedException {
    Path file = directory.resolve(name);
    Process gcc =
        new ProcessBuilder(
                "gcc", "-shared", "-Wl,-soname," + name, "-o", file.toString(), "-xc", "/dev/null")
            .inheritIO()
            .start();
    assertEquals(0, gcc.waitFor(), "gcc makes " + file);
    return file;
  }

  /**
   * Imports a small random checkpoint, or a bundled model where the name is one, as {@code
   * NAME-DTYPE}; returns the version directory.
   */
  static Path export(String name, String dtype, Path repository) {
    String target = name + "-" + dtype;
    ImportRequest request =
        switch (name) {
          case "tiny_ar" -> ImportRequest.of(CHECKPOINTS.resolve("tiny-ar"), repository, target);
          case "tiny_llada" ->
              ImportRequest.of(CHECKPOINTS.resolve("tiny-llada"), repository, target);
          case "tiny_d2f" ->
              ImportRequest.of(CHECKPOINTS.resolve("tiny-llada"), repository, target)
                  .withAdapter(CHECKPOINTS.resolve("tiny-llada-d2f"))
                  .withBlockSize(16);
          default ->
              ImportRequest.of(ARCHITECTURES.resolve(name), repository, target)
                  .withMaxContext(MAX_CONTEXT);
        };
    return new CheckpointImporter().run(request.withDtype(dtype)).resolve("1");
  }

  /** Memory of this process in bytes. */
  static long residentBytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
  }
}

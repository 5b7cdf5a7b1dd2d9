package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logits of every supported family with quantised weights, against those in float32. The fixtures'
 * weights are random and their widths no multiples of a block, so errors are at their largest: a
 * trained model's logits move less.
 */
class QuantizedLogitsTest {
  private static final Path ROOT = Path.of("src/test/resources/architectures");
  private static final int LENGTH = 48;

  @TempDir Path repository;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dream-bf16",
        "llada-gqa-tied",
        "llama-attention-bias-f16",
        "llama-gqa-llama3rope-tied",
        "qwen2-gqa-tied",
        "qwen3-gqa",
        "sdar-sharded",
      })
  void import_quantized_staysCloseToFp32(String name) throws Exception {
    ImportRequest request = ImportRequest.of(ROOT.resolve(name), repository, name);
    check(request);
  }

  @ParameterizedTest
  @ValueSource(strings = "qwen2-lora-plain")
  void import_quantizedWithAdapter_staysCloseToFp32(String name) throws Exception {
    ImportRequest request =
        ImportRequest.of(ROOT.resolve("qwen2-gqa-tied"), repository, name)
            .withAdapter(ROOT.resolve(name));
    check(request);
  }

  private void check(ImportRequest request) throws Exception {
    float[][] full = logits(request, "fp32");
    double int8 = relativeError(full, logits(request, "int8"));
    double int4 = relativeError(full, logits(request, "int4"));
    System.out.printf("%s: int8 %.4f, int4 %.4f%n", request.name(), int8, int4);
    assertTrue(int8 < 0.12, request.name() + " in int8 is off by " + int8);
    assertTrue(int4 < 0.5, request.name() + " in int4 is off by " + int4);
  }

  /** Logits by position and token. */
  private float[][] logits(ImportRequest request, String dtype) throws OrtException {
    Path model =
        new CheckpointImporter()
            .run(
                new ImportRequest(
                    request.checkpoint(),
                    request.adapter(),
                    repository,
                    request.name() + "-" + dtype,
                    dtype,
                    64,
                    null,
                    null,
                    256));
    try (GraphRunner runner = new GraphRunner(model.resolve("1"))) {
      assertEquals(dtype, runner.manifest().dtype());
      int[] tokens = new Random(1).ints(LENGTH, 0, 200).toArray();
      int[] positions = IntStream.range(0, LENGTH).toArray();
      GraphRunner.Outputs outputs = runner.run(tokens, positions, 0, (i, j) -> j <= i);
      float[][] logits = new float[LENGTH][256];
      for (int i = 0; i < LENGTH; i++) {
        for (int c = 0; c < 256; c++) {
          logits[i][(int) outputs.ids()[i][c]] = outputs.logits()[i][c];
        }
      }
      return logits;
    }
  }

  /** Root of the squared differences, by that of the squared logits. */
  private static double relativeError(float[][] expected, float[][] actual) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      for (int token = 0; token < expected[i].length; token++) {
        difference += Math.pow(expected[i][token] - (double) actual[i][token], 2);
        size += Math.pow(expected[i][token], 2);
      }
    }
    return Math.sqrt(difference / size);
  }
}

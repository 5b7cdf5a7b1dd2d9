package dev.unmask.bridge.engine.tensorrt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The contents of {@code model.plan.json}: what a plan was built from, by what, and for what. A
 * plan runs only on the TensorRT version and compute capability that built it.
 *
 * @param format version of this file's layout, {@value #FORMAT}
 * @param tensorRtVersion such as 11.2.0
 * @param computeCapability of the device it was built on, such as 9.0
 * @param graphSha256 SHA-256 in hexadecimal of the model.onnx it was built from
 * @param planSha256 SHA-256 in hexadecimal of model.plan
 * @param dtype of weights and KV cache
 * @param capacity cache positions of every row, fixed by the graph
 * @param maxBatch rows of the cache
 * @param maxQueryTokens query positions of a row at most
 * @param profiles in the order of the plan
 */
record PlanManifest(
    int format,
    String tensorRtVersion,
    String computeCapability,
    String graphSha256,
    String planSha256,
    String dtype,
    int capacity,
    int maxBatch,
    int maxQueryTokens,
    List<PlanProfile> profiles) {

  /** The layout this build writes and reads. */
  static final int FORMAT = 1;

  /** Name of the file in a version directory. */
  static final String FILE_NAME = "model.plan.json";

  /** Name of the plan in a version directory. */
  static final String PLAN_FILE_NAME = "model.plan";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** Reads the file of a version directory. */
  static PlanManifest read(Path versionDirectory) {
    Path file = versionDirectory.resolve(FILE_NAME);
    if (!Files.isRegularFile(file)) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no " + FILE_NAME + " in " + versionDirectory);
    }
    try {
      return JSON.readValue(Files.readAllBytes(file), PlanManifest.class);
    } catch (IOException e) {
      throw UnmaskException.invalid(file + ": " + e.getMessage());
    }
  }

  /** This manifest as the text of the file. */
  String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, FILE_NAME + ": " + e.getOriginalMessage(), e);
    }
  }
}

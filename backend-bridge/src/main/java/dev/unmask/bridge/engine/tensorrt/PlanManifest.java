package dev.unmask.bridge.engine.tensorrt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The contents of {@code model.plan.json}: what a plan was built from, by what, and for what. A
 * plan runs only on the TensorRT version and compute capability that built it.
 *
 * @param format version of this file's layout, {@value #FORMAT}
 * @param tensorRtVersion such as 11.2.0
 * @param computeCapability of the device it was built on, such as 9.0
 * @param graphSha256 of the model.onnx it was built from, as {@link GraphHash} says
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

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern TENSORRT_VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+");
  private static final Pattern CAPABILITY = Pattern.compile("\\d+\\.\\d");
  private static final Pattern DTYPE = Pattern.compile("fp32|fp16|bf16");

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** Whether a version directory has a plan; it may still be one of another graph. */
  static boolean exists(Path versionDirectory) {
    return Files.isRegularFile(versionDirectory.resolve(FILE_NAME))
        && Files.isRegularFile(versionDirectory.resolve(PLAN_FILE_NAME));
  }

  /**
   * Reads {@code model.plan.json} of a version directory.
   *
   * @throws UnmaskException NOT_FOUND where there is no plan, INVALID_ARGUMENT where the file does
   *     not parse or a value is out of its range, named
   */
  static PlanManifest read(Path versionDirectory) {
    Path file = versionDirectory.resolve(FILE_NAME);
    if (!exists(versionDirectory)) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND,
          "no " + PLAN_FILE_NAME + " with " + FILE_NAME + " in " + versionDirectory);
    }
    try {
      PlanManifest manifest = JSON.readValue(Files.readAllBytes(file), PlanManifest.class);
      manifest.validate(file.toString());
      return manifest;
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid(file + ": " + field(e) + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    }
  }

  /** The field that an error is about, such as {@code profiles.batch: }; empty where unknown. */
  private static String field(JsonProcessingException e) {
    if (!(e instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
      return "";
    }
    return mapping.getPath().stream()
        .map(JsonMappingException.Reference::getFieldName)
        .filter(Objects::nonNull)
        .collect(Collectors.joining(".", "", ": "));
  }

  /** This manifest as the text of {@code model.plan.json}. */
  String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, FILE_NAME + ": " + e.getOriginalMessage(), e);
    }
  }

  private void validate(String file) {
    if (format != FORMAT) {
      throw UnmaskException.invalid(file + ": format=" + format + ", this build reads " + FORMAT);
    }
    matches(file, "tensor_rt_version", tensorRtVersion, TENSORRT_VERSION);
    matches(file, "compute_capability", computeCapability, CAPABILITY);
    matches(file, "graph_sha256", graphSha256, SHA256);
    matches(file, "plan_sha256", planSha256, SHA256);
    matches(file, "dtype", dtype, DTYPE);
    require(capacity >= 1, file, "capacity", capacity, "below 1");
    require(maxBatch >= 1, file, "max_batch", maxBatch, "below 1");
    require(maxQueryTokens >= 1, file, "max_query_tokens", maxQueryTokens, "below 1");
    require(maxQueryTokens <= capacity, file, "max_query_tokens", maxQueryTokens, "above capacity");
    require(profiles != null && !profiles.isEmpty(), file, "profiles", profiles, "empty");
    Set<String> names = new HashSet<>();
    for (PlanProfile profile : profiles) {
      require(profile != null, file, "profiles", profiles, "incomplete");
      String name = profile.name();
      require(name != null && names.add(name), file, "profiles", name, "no name of its own");
      range(file, name + ".batch", profile.batch());
      range(file, name + ".query", profile.query());
      range(file, name + ".rows", profile.rows());
    }
  }

  private static void matches(String file, String field, String value, Pattern pattern) {
    require(
        value != null && pattern.matcher(value).matches(),
        file,
        field,
        value,
        "not of the form " + pattern);
  }

  private static void range(String file, String field, ShapeRange range) {
    boolean ordered =
        range != null
            && range.min() >= 1
            && range.min() <= range.opt()
            && range.opt() <= range.max();
    require(ordered, file, field, range, "not 1 <= min <= opt <= max");
  }

  private static void require(
      boolean holds, String file, String field, Object value, String wrong) {
    if (!holds) {
      throw UnmaskException.invalid(file + ": " + field + "=" + value + " is " + wrong);
    }
  }
}

package dev.unmask.model;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import com.google.protobuf.util.JsonFormat;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads model configurations as they are given. Fields that we do not know are passed over. */
public final class ModelConfigs {
  /** Name of the file in a model's directory. */
  public static final String FILE_NAME = "config.pbtxt";

  private static final TextFormat.Parser TEXT =
      TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build();
  private static final JsonFormat.Parser JSON = JsonFormat.parser().ignoringUnknownFields();

  private ModelConfigs() {}

  /**
   * Reads {@code config.pbtxt} of a model's directory.
   *
   * @return an empty configuration where there is no such file
   * @throws UnmaskException INVALID_ARGUMENT with line and column where it does not parse
   */
  public static ModelConfig read(Path model) {
    Path file = model.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      return ModelConfig.getDefaultInstance();
    }
    try {
      return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8), file.toString());
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e, e);
    }
  }

  /**
   * Parses the text form.
   *
   * @param source named in the message where it does not parse
   */
  public static ModelConfig parse(String text, String source) {
    ModelConfig.Builder config = ModelConfig.newBuilder();
    try {
      TEXT.merge(text, config);
    } catch (TextFormat.ParseException e) {
      throw UnmaskException.invalid(source + ": " + firstLine(e.getMessage()));
    }
    return config.build();
  }

  /**
   * Parses the JSON form, field names in snake case or camel case.
   *
   * @param source named in the message where it does not parse
   */
  public static ModelConfig parseJson(String json, String source) {
    ModelConfig.Builder config = ModelConfig.newBuilder();
    try {
      JSON.merge(json, config);
    } catch (InvalidProtocolBufferException e) {
      throw UnmaskException.invalid(source + ": " + firstLine(e.getMessage()));
    }
    return config.build();
  }

  /** The texts of a configuration's {@code parameters}, by key. */
  public static Map<String, String> parameters(ModelConfig config) {
    Map<String, String> result = new HashMap<>();
    config.getParametersMap().forEach((name, value) -> result.put(name, value.getStringValue()));
    return result;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("does not parse");
  }
}

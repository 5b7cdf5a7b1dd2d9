package dev.unmask.importer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON files, with one-line errors that name the file. */
final class Json {
  static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  private Json() {}

  /**
   * Reads a file that holds a JSON object.
   *
   * @throws UnmaskException NOT_FOUND where there is none, INVALID_ARGUMENT where it does not parse
   */
  static JsonNode read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no file " + file);
    }
    try {
      JsonNode json = MAPPER.readTree(Files.readAllBytes(file));
      if (json == null || !json.isObject()) {
        throw UnmaskException.invalid(file + ": not a JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw UnmaskException.invalid(file + ": " + firstLine(e));
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    }
  }

  /** As {@link #read}; an empty object where there is no file. */
  static JsonNode readIfPresent(Path file) {
    return Files.exists(file) ? read(file) : MAPPER.createObjectNode();
  }

  static String firstLine(JsonProcessingException e) {
    String message = String.valueOf(e.getOriginalMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}

package dev.unmask.server.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.scheduler.UnmaskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads and writes JSON bodies, with limits that fit bodies from strangers. Any thread. */
final class Json {
  /** Media type of JSON bodies. */
  static final String MEDIA_TYPE = "application/json";

  private static final int MAX_DEPTH = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private Json() {}

  /** Something that writes to a generator. */
  interface Writer {
    void write(JsonGenerator generator) throws IOException;
  }

  /**
   * Reads a body that holds one object and nothing else.
   *
   * @throws UnmaskException INVALID_ARGUMENT where it does not
   */
  static ObjectNode object(byte[] body) {
    JsonNode node;
    try {
      node = MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      String reason = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      long offset = e.getLocation() == null ? 0 : e.getLocation().getByteOffset();
      throw UnmaskException.invalid(
          "the request body is not valid JSON: " + reason + " at " + Math.max(0, offset));
    } catch (IOException e) {
      throw UnmaskException.invalid("the request body is not valid JSON: invalid encoding");
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw UnmaskException.invalid("the request body is not a JSON object");
  }

  /** Writes a body, UTF-8. */
  static byte[] write(Writer writer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    writeTo(out, writer);
    return out.toByteArray();
  }

  /** Writes a value, UTF-8, behind what is there. */
  static void writeTo(ByteArrayOutputStream out, Writer writer) {
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      writer.write(generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

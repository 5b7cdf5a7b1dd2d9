package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Map;

/** Reads and writes JSON bodies, with limits that fit bodies from strangers. Any thread. */
final class Json {
  private static final int MAX_DEPTH = 100;
  private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .build();

  private static final JsonMapper MAPPER = new JsonMapper(FACTORY);

  private Json() {}

  /** Something that reads from a parser. */
  interface Reader<T> {
    T read(JsonParser parser) throws IOException;
  }

  /** Something that writes to a generator. */
  interface Writer {
    void write(JsonGenerator generator) throws IOException;
  }

  /**
   * Reads a part of a body that holds one value and nothing else.
   *
   * @param reader gets the parser on the value's first token, and must leave it on the last
   * @throws UnmaskException INVALID_ARGUMENT for malformed JSON, with the reason and the offset
   */
  static <T> T read(byte[] body, int offset, int length, Reader<T> reader) {
    try (JsonParser parser = FACTORY.createParser(body, offset, length)) {
      if (parser.nextToken() == null) {
        throw malformed("The document is empty.", 0);
      }
      T value = reader.read(parser);
      if (parser.nextToken() != null) {
        throw malformed(
            "The document root must not be followed by other values.",
            parser.currentTokenLocation().getByteOffset());
      }
      return value;
    } catch (JsonProcessingException e) {
      String reason = e.getOriginalMessage();
      throw malformed(
          reason == null ? "invalid JSON" : reason.lines().findFirst().orElse("invalid JSON"),
          e.getLocation() == null ? 0 : e.getLocation().getByteOffset());
    } catch (IOException e) {
      throw malformed("invalid encoding", 0);
    }
  }

  private static UnmaskException malformed(String reason, long offset) {
    return UnmaskException.invalid(
        "failed to parse the request JSON buffer: " + reason + " at " + offset);
  }

  /**
   * Reads an object as a tree.
   *
   * @throws UnmaskException INVALID_ARGUMENT where it is malformed or no object
   */
  static ObjectNode object(byte[] body) {
    JsonNode node = read(body, 0, body.length, parser -> MAPPER.<JsonNode>readTree(parser));
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw UnmaskException.invalid("request JSON is not an object");
  }

  /** Requires the start of an object. */
  static void requireObject(JsonParser parser, String what) {
    if (!parser.hasToken(JsonToken.START_OBJECT)) {
      throw UnmaskException.invalid(what + " is not a JSON object");
    }
  }

  /** Requires the start of an array. */
  static void requireArray(JsonParser parser, String what) {
    if (!parser.hasToken(JsonToken.START_ARRAY)) {
      throw UnmaskException.invalid("Unable to parse '" + what + "': it is not a JSON array");
    }
  }

  /** A string, or an error that names the field. */
  static String string(JsonParser parser, String field) throws IOException {
    if (!parser.hasToken(JsonToken.VALUE_STRING)) {
      throw UnmaskException.invalid("Unable to parse '" + field + "': it is not a JSON string");
    }
    return parser.getText();
  }

  /** A boolean, or an error that names the field. */
  static boolean bool(JsonParser parser, String field) throws IOException {
    if (!parser.currentToken().isBoolean()) {
      throw UnmaskException.invalid("Unable to parse '" + field + "': it is not a JSON boolean");
    }
    return parser.getBooleanValue();
  }

  /** An integer of 0 to 2^63 - 1, or an error that names the field. */
  static long count(JsonParser parser, String field) throws IOException {
    if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT)
        || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        || parser.getLongValue() < 0) {
      throw UnmaskException.invalid(
          "Unable to parse '" + field + "': it is not an unsigned JSON integer");
    }
    return parser.getLongValue();
  }

  /**
   * The value of a request parameter.
   *
   * @return String, Long, Boolean or Double; of an integer beyond the signed range and within the
   *     unsigned one the bits
   */
  static Object parameter(JsonParser parser, String name) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_STRING:
        return parser.getText();
      case VALUE_TRUE:
      case VALUE_FALSE:
        return parser.getBooleanValue();
      case VALUE_NUMBER_INT:
        if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
          return parser.getLongValue();
        }
        BigInteger value = parser.getBigIntegerValue();
        return value.signum() > 0 && value.compareTo(TWO_TO_64) < 0
            ? (Object) value.longValue()
            : (Object) value.doubleValue();
      case VALUE_NUMBER_FLOAT:
        return parser.getDoubleValue();
      default:
        throw UnmaskException.invalid(
            "parameter '"
                + name
                + "' has invalid type. It should be either 'int', 'bool', or 'string'.");
    }
  }

  /** Writes a body, UTF-8. */
  static byte[] write(Writer writer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
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

  /** Writes parameters of a response as members of the current object. */
  static void writeMembers(JsonGenerator generator, Map<String, Object> parameters)
      throws IOException {
    for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
      generator.writeFieldName(parameter.getKey());
      Object value = parameter.getValue();
      if (value instanceof String text) {
        generator.writeString(text);
      } else if (value instanceof Boolean flag) {
        generator.writeBoolean(flag);
      } else if (value instanceof Long number) {
        generator.writeNumber(number);
      } else if (value instanceof Integer number) {
        generator.writeNumber(number);
      } else if (value instanceof Double number) {
        writeReal(generator, number);
      } else {
        throw new UnmaskException(
            ErrorCode.INTERNAL,
            "parameter '" + parameter.getKey() + "' is a " + value.getClass().getSimpleName());
      }
    }
  }

  /** A number; null for what JSON has no number for. */
  static void writeReal(JsonGenerator generator, double value) throws IOException {
    if (Double.isFinite(value)) {
      generator.writeNumber(value);
    } else {
      generator.writeNull();
    }
  }
}

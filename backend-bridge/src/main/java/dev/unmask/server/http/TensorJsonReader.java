package dev.unmask.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.unmask.request.Datatype;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a tensor's elements from JSON as they are parsed, without a tree: a body may hold millions.
 * Every value is checked against its datatype's range. For one tensor.
 */
final class TensorJsonReader {
  private static final BigInteger MAX_UINT64 =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private final String name;
  private final Datatype datatype;
  private final ElementBuffer elements = new ElementBuffer();
  private long count;

  private TensorJsonReader(String name, Datatype datatype) {
    this.name = name;
    this.datatype = datatype;
    if (datatype == Datatype.FP16 || datatype == Datatype.BF16) {
      throw UnmaskException.invalid(
          "receiving "
              + datatype
              + " data via JSON is not supported. Please use the binary data format for input "
              + name);
    }
  }

  /**
   * Reads the {@code data} of {@code infer}: arrays, nested as the shape or flat, as Triton takes
   * them.
   *
   * @param parser on the start of the outer array; left on its end
   */
  static Tensor nested(JsonParser parser, String name, Datatype datatype, long[] shape)
      throws IOException {
    Json.requireArray(parser, "data");
    TensorJsonReader reader = new TensorJsonReader(name, datatype);
    long expected = product(shape);
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_ARRAY) {
        depth++;
      } else if (token == JsonToken.END_ARRAY) {
        depth--;
      } else if (reader.count == expected) {
        throw mismatch(name);
      } else {
        reader.element(parser);
      }
    }
    if (reader.count != expected) {
      throw mismatch(name);
    }
    return Tensor.of(name, datatype, shape, reader.elements.finish());
  }

  private static UnmaskException mismatch(String name) {
    return UnmaskException.invalid(
        "Unable to parse 'data': Shape does not match true shape of 'data' field of input '"
            + name
            + "'");
  }

  private static long product(long[] shape) {
    long product = 1;
    for (long dim : shape) {
      product = Math.multiplyHigh(product, dim) == 0 ? product * dim : Long.MAX_VALUE;
    }
    return product < 0 ? Long.MAX_VALUE : product;
  }

  /**
   * Reads a value of {@code generate}: one element, or a flat array.
   *
   * @param parser on the value's first token; left on its last
   * @param dims the input's shape, -1 for any size
   */
  static Tensor flat(JsonParser parser, String name, Datatype datatype, long[] dims)
      throws IOException {
    TensorJsonReader reader = new TensorJsonReader(name, datatype);
    if (parser.hasToken(JsonToken.START_ARRAY)) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        reader.element(parser);
      }
    } else {
      reader.element(parser);
    }
    ByteBuffer content = reader.elements.finish();
    return Tensor.of(name, datatype, TensorShapes.fit(name, dims, reader.count), content);
  }

  private void element(JsonParser parser) throws IOException {
    switch (datatype) {
      case BOOL -> {
        require(parser.currentToken().isBoolean(), parser);
        elements.integer(parser.getBooleanValue() ? 1 : 0, 1);
      }
      case FP32 -> {
        require(parser.currentToken().isNumeric(), parser);
        float value = (float) parser.getDoubleValue();
        inRange(Float.isFinite(value));
        elements.fp32(value);
      }
      case FP64 -> {
        require(parser.currentToken().isNumeric(), parser);
        double value = parser.getDoubleValue();
        inRange(Double.isFinite(value));
        elements.fp64(value);
      }
      case BYTES -> {
        require(parser.hasToken(JsonToken.VALUE_STRING), parser);
        elements.element(utf8(parser.getText()));
      }
      default -> {
        require(parser.hasToken(JsonToken.VALUE_NUMBER_INT), parser);
        elements.integer(integer(parser), datatype.size());
      }
    }
    count++;
  }

  private long integer(JsonParser parser) throws IOException {
    if (datatype == Datatype.UINT64) {
      BigInteger value = parser.getBigIntegerValue();
      inRange(value.signum() >= 0 && value.compareTo(MAX_UINT64) <= 0);
      return value.longValue();
    }
    inRange(parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER);
    long value = parser.getLongValue();
    int bits = Byte.SIZE * datatype.size();
    boolean signed = datatype.name().startsWith("INT");
    if (signed) {
      int unused = Long.SIZE - bits;
      inRange(value << unused >> unused == value);
    } else {
      inRange(value >= 0 && value >>> bits == 0);
    }
    return value;
  }

  private byte[] utf8(String text) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw UnmaskException.invalid(
          "Unable to parse 'data': element " + count + " of input '" + name + "' is not Unicode");
    }
  }

  private void require(boolean condition, JsonParser parser) {
    if (!condition) {
      throw UnmaskException.invalid(
          "Unable to parse 'data': element "
              + count
              + " of input '"
              + name
              + "' must be "
              + datatype
              + ", got "
              + kind(parser.currentToken()));
    }
  }

  private void inRange(boolean condition) {
    if (!condition) {
      throw UnmaskException.invalid(
          "Unable to parse 'data': element "
              + count
              + " of input '"
              + name
              + "' is out of range for "
              + datatype);
    }
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a real number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case START_ARRAY -> "an array";
      default -> "an object";
    };
  }
}

package dev.unmask.client;

import dev.unmask.client.internal.Checks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A named tensor. Its content is in the form of the protocol's binary extension: elements in
 * row-major order, little-endian; BOOL one byte; an element of BYTES is its length as uint32 and
 * then its bytes. Immutable as long as memory that it was made over is left alone.
 */
public final class Tensor {
  private final String name;
  private final Datatype datatype;
  private final long[] shape;
  private final ByteBuffer content;
  private final int elements;

  private Tensor(String name, Datatype datatype, long[] shape, ByteBuffer content, int elements) {
    this.name = name;
    this.datatype = datatype;
    this.shape = shape;
    this.content = content;
    this.elements = elements;
  }

  /**
   * A tensor over existing memory, which is not copied.
   *
   * @param name of the input or output
   * @param datatype type of the elements
   * @param shape its dimensions
   * @param content from its position to its limit, as the class describes it
   * @return the tensor
   * @throws InvalidRequestException where shape and content do not agree
   */
  public static Tensor of(String name, Datatype datatype, long[] shape, ByteBuffer content) {
    Objects.requireNonNull(name, "name");
    ByteBuffer bytes = content.slice().order(ByteOrder.LITTLE_ENDIAN);
    int elements = elements(name, shape);
    if (datatype == Datatype.BYTES) {
      checkElements(name, elements, bytes);
    } else {
      long expected = (long) elements * datatype.size();
      Checks.require(
          expected == bytes.remaining(),
          "input '"
              + name
              + "' has "
              + bytes.remaining()
              + " bytes, but "
              + expected
              + " are expected for datatype "
              + datatype
              + " and shape "
              + Arrays.toString(shape));
    }
    return new Tensor(name, datatype, shape.clone(), bytes, elements);
  }

  private static int elements(String name, long[] shape) {
    long elements = 1;
    for (long dim : shape) {
      Checks.require(
          dim >= 0,
          "input '" + name + "' has a negative dimension in shape " + Arrays.toString(shape));
      Checks.require(
          dim == 0 || elements <= Integer.MAX_VALUE / dim,
          "input '" + name + "' has too many elements: shape " + Arrays.toString(shape));
      elements *= dim;
    }
    return (int) elements;
  }

  private static void checkElements(String name, int elements, ByteBuffer bytes) {
    int at = 0;
    for (int i = 0; i < elements; i++) {
      long left = bytes.remaining() - at - (long) Integer.BYTES;
      long length = left < 0 ? 0 : Integer.toUnsignedLong(bytes.getInt(at));
      Checks.require(
          left >= length,
          "input '" + name + "' is too short for " + elements + " elements of BYTES");
      at += Integer.BYTES + (int) length;
    }
    Checks.require(
        at == bytes.remaining(),
        "input '"
            + name
            + "' has "
            + (bytes.remaining() - at)
            + " bytes more than its "
            + elements
            + " elements of BYTES");
  }

  /**
   * A flat tensor of UTF-8 texts.
   *
   * @param name of the input
   * @param values the elements
   * @return BYTES of shape {@code [values.length]}
   */
  public static Tensor ofStrings(String name, String... values) {
    byte[][] encoded = new byte[values.length][];
    for (int i = 0; i < values.length; i++) {
      encoded[i] = values[i].getBytes(StandardCharsets.UTF_8);
    }
    return ofBytes(name, encoded);
  }

  /**
   * A flat tensor of byte strings.
   *
   * @param name of the input
   * @param values the elements
   * @return BYTES of shape {@code [values.length]}
   */
  public static Tensor ofBytes(String name, byte[]... values) {
    int size = 0;
    for (byte[] value : values) {
      size = Math.addExact(size, Integer.BYTES + value.length);
    }
    ByteBuffer bytes = allocate(size);
    for (byte[] value : values) {
      bytes.putInt(value.length).put(value);
    }
    return flat(name, Datatype.BYTES, values.length, bytes);
  }

  /**
   * A flat tensor of booleans.
   *
   * @param name of the input
   * @param values the elements
   * @return BOOL of shape {@code [values.length]}
   */
  public static Tensor ofBools(String name, boolean... values) {
    ByteBuffer bytes = allocate(values.length);
    for (boolean value : values) {
      bytes.put((byte) (value ? 1 : 0));
    }
    return flat(name, Datatype.BOOL, values.length, bytes);
  }

  /**
   * A flat tensor of bytes.
   *
   * @param name of the input
   * @param datatype INT8 or UINT8
   * @param values the elements' bits
   * @return a tensor of shape {@code [values.length]}
   */
  public static Tensor ofInt8s(String name, Datatype datatype, byte... values) {
    requireOneOf(datatype, Datatype.INT8, Datatype.UINT8);
    return flat(name, datatype, values.length, allocate(values.length).put(values));
  }

  /**
   * A flat tensor of 16-bit integers.
   *
   * @param name of the input
   * @param datatype INT16 or UINT16
   * @param values the elements' bits
   * @return a tensor of shape {@code [values.length]}
   */
  public static Tensor ofInt16s(String name, Datatype datatype, short... values) {
    requireOneOf(datatype, Datatype.INT16, Datatype.UINT16);
    return shorts(name, datatype, values);
  }

  /**
   * A flat tensor of integers.
   *
   * @param name of the input
   * @param values the elements
   * @return INT32 of shape {@code [values.length]}
   */
  public static Tensor ofInts(String name, int... values) {
    return ofInts(name, Datatype.INT32, values);
  }

  /**
   * A flat tensor of 32-bit integers.
   *
   * @param name of the input
   * @param datatype INT32 or UINT32
   * @param values the elements' bits
   * @return a tensor of shape {@code [values.length]}
   */
  public static Tensor ofInts(String name, Datatype datatype, int... values) {
    requireOneOf(datatype, Datatype.INT32, Datatype.UINT32);
    ByteBuffer bytes = allocate(Math.multiplyExact(values.length, Integer.BYTES));
    for (int value : values) {
      bytes.putInt(value);
    }
    return flat(name, datatype, values.length, bytes);
  }

  /**
   * A flat tensor of 64-bit integers.
   *
   * @param name of the input
   * @param values the elements
   * @return INT64 of shape {@code [values.length]}
   */
  public static Tensor ofLongs(String name, long... values) {
    return ofLongs(name, Datatype.INT64, values);
  }

  /**
   * A flat tensor of 64-bit integers.
   *
   * @param name of the input
   * @param datatype INT64 or UINT64
   * @param values the elements' bits
   * @return a tensor of shape {@code [values.length]}
   */
  public static Tensor ofLongs(String name, Datatype datatype, long... values) {
    requireOneOf(datatype, Datatype.INT64, Datatype.UINT64);
    ByteBuffer bytes = allocate(Math.multiplyExact(values.length, Long.BYTES));
    for (long value : values) {
      bytes.putLong(value);
    }
    return flat(name, datatype, values.length, bytes);
  }

  /**
   * A flat tensor of single precision numbers.
   *
   * @param name of the input
   * @param values the elements
   * @return FP32 of shape {@code [values.length]}
   */
  public static Tensor ofFloats(String name, float... values) {
    return ofFloats(name, Datatype.FP32, values);
  }

  /**
   * A flat tensor of floating point numbers.
   *
   * @param name of the input
   * @param datatype FP16, BF16 or FP32; what a shorter type cannot hold is rounded to nearest, to
   *     even where two are as near
   * @param values the elements
   * @return a tensor of shape {@code [values.length]}
   */
  public static Tensor ofFloats(String name, Datatype datatype, float... values) {
    requireOneOf(datatype, Datatype.FP16, Datatype.BF16, Datatype.FP32);
    if (datatype != Datatype.FP32) {
      short[] bits = new short[values.length];
      for (int i = 0; i < bits.length; i++) {
        bits[i] =
            datatype == Datatype.FP16
                ? HalfFloats.toHalf(values[i])
                : HalfFloats.toBrain(values[i]);
      }
      return shorts(name, datatype, bits);
    }
    ByteBuffer bytes = allocate(Math.multiplyExact(values.length, Float.BYTES));
    for (float value : values) {
      bytes.putFloat(value);
    }
    return flat(name, datatype, values.length, bytes);
  }

  /**
   * A flat tensor of double precision numbers.
   *
   * @param name of the input
   * @param values the elements
   * @return FP64 of shape {@code [values.length]}
   */
  public static Tensor ofDoubles(String name, double... values) {
    ByteBuffer bytes = allocate(Math.multiplyExact(values.length, Double.BYTES));
    for (double value : values) {
      bytes.putDouble(value);
    }
    return flat(name, Datatype.FP64, values.length, bytes);
  }

  private static Tensor shorts(String name, Datatype datatype, short[] bits) {
    ByteBuffer bytes = allocate(Math.multiplyExact(bits.length, Short.BYTES));
    for (short value : bits) {
      bytes.putShort(value);
    }
    return flat(name, datatype, bits.length, bytes);
  }

  private static ByteBuffer allocate(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Tensor flat(String name, Datatype datatype, int elements, ByteBuffer bytes) {
    return of(name, datatype, new long[] {elements}, bytes.flip());
  }

  private static void requireOneOf(Datatype datatype, Datatype... possible) {
    if (!Arrays.asList(possible).contains(datatype)) {
      throw new IllegalArgumentException(
          "datatype=" + datatype + " is none of " + Arrays.toString(possible));
    }
  }

  /**
   * The same elements in another shape.
   *
   * @param dims with as many elements
   * @return a tensor over the same memory
   */
  public Tensor withShape(long... dims) {
    return of(name, datatype, dims, content);
  }

  /**
   * The name of the input or output.
   *
   * @return never null
   */
  public String name() {
    return name;
  }

  /**
   * The type of the elements.
   *
   * @return never null
   */
  public Datatype datatype() {
    return datatype;
  }

  /**
   * The dimensions.
   *
   * @return a copy
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * The number of elements.
   *
   * @return the product of the dimensions
   */
  public int elements() {
    return elements;
  }

  /**
   * The content as the class describes it.
   *
   * @return a read-only view, little-endian
   */
  public ByteBuffer content() {
    return content.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The elements of BOOL.
   *
   * @return a copy
   * @throws IllegalStateException for any other type
   */
  public boolean[] asBools() {
    require(Datatype.BOOL);
    boolean[] values = new boolean[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = content.get(i) != 0;
    }
    return values;
  }

  /**
   * The elements of an integer type of up to 32 bits.
   *
   * @return a copy; UINT32 beyond the signed range comes out negative
   * @throws IllegalStateException for any other type
   */
  public int[] asInts() {
    if (datatype == Datatype.INT64 || datatype == Datatype.UINT64) {
      throw new IllegalStateException(name + " is " + datatype);
    }
    int[] values = new int[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = (int) integer(i);
    }
    return values;
  }

  /**
   * The elements of an integer type.
   *
   * @return a copy; UINT64 beyond the signed range comes out negative
   * @throws IllegalStateException for any other type
   */
  public long[] asLongs() {
    long[] values = new long[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = integer(i);
    }
    return values;
  }

  /**
   * The elements of a floating point type.
   *
   * @return a copy; FP64 is rounded
   * @throws IllegalStateException for any other type
   */
  public float[] asFloats() {
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = (float) real(i);
    }
    return values;
  }

  /**
   * The elements of a floating point type.
   *
   * @return a copy
   * @throws IllegalStateException for any other type
   */
  public double[] asDoubles() {
    double[] values = new double[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = real(i);
    }
    return values;
  }

  /**
   * The elements of BYTES.
   *
   * @return a copy
   * @throws IllegalStateException for any other type
   */
  public byte[][] asBytes() {
    require(Datatype.BYTES);
    byte[][] values = new byte[elements][];
    ByteBuffer bytes = content();
    for (int i = 0; i < elements; i++) {
      values[i] = new byte[bytes.getInt()];
      bytes.get(values[i]);
    }
    return values;
  }

  /**
   * The elements of BYTES as UTF-8 texts.
   *
   * @return a copy
   * @throws IllegalStateException for any other type
   */
  public String[] asStrings() {
    byte[][] values = asBytes();
    String[] texts = new String[values.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = new String(values[i], StandardCharsets.UTF_8);
    }
    return texts;
  }

  private long integer(int i) {
    return switch (datatype) {
      case INT8 -> content.get(i);
      case UINT8 -> Byte.toUnsignedInt(content.get(i));
      case INT16 -> content.getShort(Short.BYTES * i);
      case UINT16 -> Short.toUnsignedInt(content.getShort(Short.BYTES * i));
      case INT32 -> content.getInt(Integer.BYTES * i);
      case UINT32 -> Integer.toUnsignedLong(content.getInt(Integer.BYTES * i));
      case INT64, UINT64 -> content.getLong(Long.BYTES * i);
      default -> throw new IllegalStateException(name + " is " + datatype);
    };
  }

  private double real(int i) {
    return switch (datatype) {
      case FP16 -> HalfFloats.fromHalf(content.getShort(Short.BYTES * i));
      case BF16 -> HalfFloats.fromBrain(content.getShort(Short.BYTES * i));
      case FP32 -> content.getFloat(Float.BYTES * i);
      case FP64 -> content.getDouble(Double.BYTES * i);
      default -> throw new IllegalStateException(name + " is " + datatype);
    };
  }

  private void require(Datatype expected) {
    if (datatype != expected) {
      throw new IllegalStateException(name + " is " + datatype);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor that
        && name.equals(that.name)
        && datatype == that.datatype
        && Arrays.equals(shape, that.shape)
        && content.equals(that.content);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, datatype, content);
  }

  @Override
  public String toString() {
    return name + " " + datatype + Arrays.toString(shape);
  }
}

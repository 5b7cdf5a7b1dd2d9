package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A named tensor in the form in which the protocol's binary extension, gRPC's raw contents and
 * Triton's buffers carry it: elements in row-major order, little-endian; BOOL one byte; an element
 * of BYTES is its length as uint32 and then its bytes. Immutable as long as the memory it was made
 * from is left alone; any thread.
 */
public final class Tensor {
  private final String name;
  private final Datatype datatype;
  private final long[] shape;
  private final ByteBuffer content;
  private final int elements;

  /** Start of each element of BYTES, and one past the last; null for other types. */
  private final int[] offsets;

  private Tensor(
      String name,
      Datatype datatype,
      long[] shape,
      ByteBuffer content,
      int elements,
      int[] offsets) {
    this.name = name;
    this.datatype = datatype;
    this.shape = shape;
    this.content = content;
    this.elements = elements;
    this.offsets = offsets;
  }

  /**
   * A tensor over existing memory, which is not copied.
   *
   * @param content from its position to its limit; the byte order is ignored
   * @throws UnmaskException INVALID_ARGUMENT where shape and content do not agree
   */
  public static Tensor of(String name, Datatype datatype, long[] shape, ByteBuffer content) {
    ByteBuffer bytes = content.slice().order(ByteOrder.LITTLE_ENDIAN);
    long elements = 1;
    for (long dim : shape) {
      if (dim < 0) {
        throw UnmaskException.invalid(
            "input '" + name + "' has a negative dimension in shape " + Arrays.toString(shape));
      }
      if (dim > 0 && elements > Integer.MAX_VALUE / dim) {
        throw UnmaskException.invalid(
            "input '" + name + "' has too many elements: shape " + Arrays.toString(shape));
      }
      elements *= dim;
    }
    int[] offsets = null;
    if (datatype == Datatype.BYTES) {
      offsets = offsets(name, (int) elements, bytes);
    } else if (elements * datatype.size() != bytes.remaining()) {
      throw UnmaskException.invalid(
          "input '"
              + name
              + "' has "
              + bytes.remaining()
              + " bytes, but "
              + elements * datatype.size()
              + " are expected for datatype "
              + datatype
              + " and shape "
              + Arrays.toString(shape));
    }
    return new Tensor(name, datatype, shape.clone(), bytes, (int) elements, offsets);
  }

  private static int[] offsets(String name, int elements, ByteBuffer bytes) {
    // Every element has a length of 4 bytes, so a count beyond that is refused before it is used.
    if (elements > bytes.remaining() / Integer.BYTES) {
      throw incomplete(name, elements);
    }
    int[] offsets = new int[elements + 1];
    int at = 0;
    for (int i = 0; i < elements; i++) {
      offsets[i] = at;
      if (bytes.remaining() - at < Integer.BYTES) {
        throw incomplete(name, elements);
      }
      long length = bytes.getInt(at) & 0xffffffffL;
      if (length > bytes.remaining() - at - Integer.BYTES) {
        throw incomplete(name, elements);
      }
      at += Integer.BYTES + (int) length;
    }
    offsets[elements] = at;
    if (at != bytes.remaining()) {
      throw UnmaskException.invalid(
          "input '"
              + name
              + "' has "
              + (bytes.remaining() - at)
              + " bytes more than its "
              + elements
              + " elements of BYTES");
    }
    return offsets;
  }

  private static UnmaskException incomplete(String name, int elements) {
    return UnmaskException.invalid(
        "input '" + name + "' is too short for " + elements + " elements of BYTES");
  }

  /** A flat tensor of UTF-8 strings, shape {@code [values.length]}. */
  public static Tensor ofStrings(String name, String... values) {
    byte[][] encoded = new byte[values.length][];
    for (int i = 0; i < values.length; i++) {
      encoded[i] = values[i].getBytes(StandardCharsets.UTF_8);
    }
    return ofBytes(name, new long[] {values.length}, encoded);
  }

  /** A tensor of BYTES. */
  public static Tensor ofBytes(String name, long[] shape, byte[]... values) {
    int size = 0;
    for (byte[] value : values) {
      size = Math.addExact(size, Integer.BYTES + value.length);
    }
    ByteBuffer bytes = allocate(size);
    for (byte[] value : values) {
      bytes.putInt(value.length).put(value);
    }
    return of(name, Datatype.BYTES, shape, bytes.flip());
  }

  /** A flat tensor of INT32. */
  public static Tensor ofInts(String name, int... values) {
    ByteBuffer bytes = allocate(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return of(name, Datatype.INT32, new long[] {values.length}, bytes);
  }

  /** A flat tensor of UINT32; values are taken as unsigned. */
  public static Tensor ofUnsignedInts(String name, int... values) {
    ByteBuffer bytes = allocate(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return of(name, Datatype.UINT32, new long[] {values.length}, bytes);
  }

  /** A flat tensor of INT64. */
  public static Tensor ofLongs(String name, long... values) {
    ByteBuffer bytes = allocate(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return of(name, Datatype.INT64, new long[] {values.length}, bytes);
  }

  /** A flat tensor of UINT64; values are taken as unsigned. */
  public static Tensor ofUnsignedLongs(String name, long... values) {
    ByteBuffer bytes = allocate(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return of(name, Datatype.UINT64, new long[] {values.length}, bytes);
  }

  /** A flat tensor of FP32. */
  public static Tensor ofFloats(String name, float... values) {
    ByteBuffer bytes = allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return of(name, Datatype.FP32, new long[] {values.length}, bytes);
  }

  /** A flat tensor of BOOL. */
  public static Tensor ofBools(String name, boolean... values) {
    ByteBuffer bytes = allocate(values.length);
    for (boolean value : values) {
      bytes.put((byte) (value ? 1 : 0));
    }
    return of(name, Datatype.BOOL, new long[] {values.length}, bytes.flip());
  }

  private static ByteBuffer allocate(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Name of the input or output. */
  public String name() {
    return name;
  }

  /** Type of the elements. */
  public Datatype datatype() {
    return datatype;
  }

  /** A copy of the shape. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public int elements() {
    return elements;
  }

  /** The elements in the form that the class describes; a read-only view. */
  public ByteBuffer content() {
    return content.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * An element of BOOL.
   *
   * @throws IllegalStateException for any other type, here and below
   */
  public boolean bool(int i) {
    require(datatype == Datatype.BOOL);
    return content.get(i) != 0;
  }

  /** An element of an integer type; UINT64 beyond the signed range comes out negative. */
  public long integer(int i) {
    return switch (datatype) {
      case INT8 -> content.get(i);
      case UINT8 -> content.get(i) & 0xff;
      case INT16 -> content.getShort(2 * i);
      case UINT16 -> content.getShort(2 * i) & 0xffff;
      case INT32 -> content.getInt(4 * i);
      case UINT32 -> content.getInt(4 * i) & 0xffffffffL;
      case INT64, UINT64 -> content.getLong(8 * i);
      default -> throw new IllegalStateException(name + " is " + datatype);
    };
  }

  /** An element of a floating point type. */
  public double real(int i) {
    return switch (datatype) {
      case FP32 -> content.getFloat(4 * i);
      case FP64 -> content.getDouble(8 * i);
      case BF16 -> Float.intBitsToFloat(content.getShort(2 * i) << 16);
      case FP16 -> half(content.getShort(2 * i));
      default -> throw new IllegalStateException(name + " is " + datatype);
    };
  }

  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((double) fraction, -24);
    } else {
      magnitude = Math.scalb((double) (fraction | 0x400), exponent - 25);
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  /** A copy of an element of BYTES. */
  public byte[] bytes(int i) {
    require(offsets != null);
    byte[] value = new byte[offsets[i + 1] - offsets[i] - Integer.BYTES];
    content.get(offsets[i] + Integer.BYTES, value);
    return value;
  }

  /** An element of BYTES as UTF-8 text. */
  public String text(int i) {
    return new String(bytes(i), StandardCharsets.UTF_8);
  }

  private void require(boolean condition) {
    if (!condition) {
      throw new IllegalStateException(name + " is " + datatype);
    }
  }

  @Override
  public String toString() {
    return name + " " + datatype + Arrays.toString(shape);
  }
}

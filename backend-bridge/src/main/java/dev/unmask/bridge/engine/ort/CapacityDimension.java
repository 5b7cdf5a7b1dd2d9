package dev.unmask.bridge.engine.ort;

import dev.unmask.bridge.engine.step.GraphNames;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Frees the cache capacity in a serialised ONNX model. The graph states it as a number, because
 * TensorRT demands one; here every declared {@code past_*}, {@code present_*} and {@code
 * attention_mask} gets a symbol in its place, so that the cache may be smaller than the context
 * limit.
 *
 * <p>The edit is made in place and changes no length: a dimension is stored as tag {@code 08} and
 * the number as a varint of n bytes, and is rewritten as tag {@code 12} (the field {@code
 * dim_param}), length n - 1 and as many letters. So not even a model of a gigabyte is copied.
 */
final class CapacityDimension {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;
  private static final int GRAPH_VALUE_INFO = 13;
  private static final int VALUE_NAME = 1;
  private static final int VALUE_TYPE = 2;
  private static final int TYPE_TENSOR = 1;
  private static final int TENSOR_SHAPE = 2;
  private static final int SHAPE_DIMENSION = 1;
  private static final int DIMENSION_VALUE = 1;
  private static final int DIMENSION_PARAM = 2;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;
  private static final int CACHE_AXIS = 2;
  private static final int MASK_AXIS = 3;

  private final ByteBuffer model;
  private int freed;

  private CapacityDimension(ByteBuffer model) {
    this.model = model;
  }

  /**
   * Edits a model.
   *
   * @param model a ModelProto, from index 0 to the limit; position untouched
   * @return how many dimensions were replaced; 0 where all are symbols already
   * @throws UnmaskException INVALID_ARGUMENT where the bytes are no such message
   */
  static int free(ByteBuffer model) {
    CapacityDimension edit = new CapacityDimension(model);
    try {
      edit.model(0, model.limit());
    } catch (IndexOutOfBoundsException e) {
      throw UnmaskException.invalid(GraphFile.NAME + ": truncated, " + model.limit() + " bytes");
    }
    return edit.freed;
  }

  private void model(int from, int to) {
    for (Field field = Field.at(model, from, to); field != null; field = field.next(to)) {
      if (field.is(MODEL_GRAPH)) {
        graph(field.from, field.to);
      }
    }
  }

  private void graph(int from, int to) {
    for (Field field = Field.at(model, from, to); field != null; field = field.next(to)) {
      if (field.is(GRAPH_INPUT) || field.is(GRAPH_OUTPUT) || field.is(GRAPH_VALUE_INFO)) {
        valueInfo(field.from, field.to);
      }
    }
  }

  private void valueInfo(int from, int to) {
    String name = "";
    Field type = null;
    for (Field field = Field.at(model, from, to); field != null; field = field.next(to)) {
      if (field.is(VALUE_NAME)) {
        name = text(field);
      } else if (field.is(VALUE_TYPE)) {
        type = field;
      }
    }
    int axis = axis(name);
    if (axis >= 0 && type != null) {
      Field tensor = find(type, TYPE_TENSOR);
      Field shape = tensor == null ? null : find(tensor, TENSOR_SHAPE);
      if (shape != null) {
        dimension(shape, axis);
      }
    }
  }

  private static int axis(String name) {
    if (name.equals(GraphNames.ATTENTION_MASK)) {
      return MASK_AXIS;
    }
    boolean cache =
        name.startsWith(GraphNames.PAST_PREFIX) || name.startsWith(GraphNames.PRESENT_PREFIX);
    return cache ? CACHE_AXIS : -1;
  }

  private void dimension(Field shape, int axis) {
    int index = 0;
    for (Field field = Field.at(model, shape.from, shape.to);
        field != null;
        field = field.next(shape.to)) {
      if (field.is(SHAPE_DIMENSION) && index++ == axis) {
        for (Field value = Field.at(model, field.from, field.to);
            value != null;
            value = value.next(field.to)) {
          if (value.number == DIMENSION_VALUE && value.wire == VARINT) {
            rename(value);
          }
        }
      }
    }
  }

  private void rename(Field value) {
    int length = value.to - value.from;
    model.put(value.start, (byte) (DIMENSION_PARAM << 3 | LENGTH_DELIMITED));
    model.put(value.from, (byte) (length - 1));
    for (int i = 1; i < length; i++) {
      model.put(value.from + i, (byte) 'c');
    }
    freed++;
  }

  private Field find(Field message, int number) {
    for (Field field = Field.at(model, message.from, message.to);
        field != null;
        field = field.next(message.to)) {
      if (field.is(number)) {
        return field;
      }
    }
    return null;
  }

  private String text(Field field) {
    byte[] bytes = new byte[field.to - field.from];
    model.get(field.from, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** One field of a message: where it starts, and the range of its contents. */
  private static final class Field {
    private final ByteBuffer buffer;
    private final int start;
    private int number;
    private int wire;
    private int from;
    private int to;

    private Field(ByteBuffer buffer, int start) {
      this.buffer = buffer;
      this.start = start;
    }

    /** The field at an index, null at the end of the message. */
    static Field at(ByteBuffer buffer, int index, int end) {
      if (index >= end) {
        return null;
      }
      Field field = new Field(buffer, index);
      field.from = index;
      long tag = field.varint();
      field.number = (int) (tag >>> 3);
      field.wire = (int) (tag & 7);
      int contents = field.from;
      long size =
          switch (field.wire) {
            case VARINT -> {
              field.varint();
              long bytes = (long) field.from - contents;
              field.from = contents;
              yield bytes;
            }
            case FIXED64 -> 8;
            case LENGTH_DELIMITED -> field.varint();
            case FIXED32 -> 4;
            default ->
                throw UnmaskException.invalid(
                    GraphFile.NAME + ": no ONNX model, wire type " + field.wire + " at " + index);
          };
      if (size < 0 || field.from + size > end) {
        throw UnmaskException.invalid(
            GraphFile.NAME
                + ": truncated or no ONNX model, "
                + size
                + " bytes announced at "
                + index);
      }
      field.to = (int) (field.from + size);
      return field;
    }

    Field next(int end) {
      return at(buffer, to, end);
    }

    boolean is(int wanted) {
      return number == wanted && wire == LENGTH_DELIMITED;
    }

    /** Reads a varint at {@code from} and moves behind it. */
    private long varint() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte next = buffer.get(from++);
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw UnmaskException.invalid(GraphFile.NAME + ": no ONNX model, bad varint at " + from);
    }
  }
}

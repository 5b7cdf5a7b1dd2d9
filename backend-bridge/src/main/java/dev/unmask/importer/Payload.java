package dev.unmask.importer;

import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The elements of an initializer, produced while the graph is written. */
interface Payload {
  /** Elements converted at a time. */
  int CHUNK = 1 << 18;

  /** In place of the name of a tensor, for what no checkpoint holds. */
  String GENERATED = "generated";

  /** Number of elements. */
  long elements();

  /** Name of the tensor that an element comes from, for messages. */
  String tensorOf(long element);

  /** Writes all elements in a format, little-endian, row-major. */
  void writeTo(OutputStream out, DataType type) throws IOException;

  /** Computes a run of elements of a generated payload. */
  @FunctionalInterface
  interface Generator {
    float at(long index);
  }

  /** A payload computed element by element. */
  static Payload generated(long elements, Generator generator) {
    return new Payload() {
      @Override
      public long elements() {
        return elements;
      }

      @Override
      public String tensorOf(long element) {
        return GENERATED;
      }

      @Override
      public void writeTo(OutputStream out, DataType type) throws IOException {
        float[] values = new float[(int) Math.min(CHUNK, elements)];
        byte[] bytes = new byte[values.length * type.bytes()];
        for (long first = 0; first < elements; first += values.length) {
          int count = (int) Math.min(values.length, elements - first);
          for (int i = 0; i < count; i++) {
            values[i] = generator.at(first + i);
          }
          emit(out, type, GENERATED, values, count, bytes);
        }
      }
    };
  }

  /** Several payloads, one after the other: the rows of one become the first rows of the whole. */
  static Payload concatenated(List<Payload> parts) {
    return new Payload() {
      @Override
      public long elements() {
        return parts.stream().mapToLong(Payload::elements).sum();
      }

      @Override
      public String tensorOf(long element) {
        long first = 0;
        for (Payload part : parts) {
          if (element < first + part.elements()) {
            return part.tensorOf(element - first);
          }
          first += part.elements();
        }
        throw new IndexOutOfBoundsException("element " + element + " of " + elements());
      }

      @Override
      public void writeTo(OutputStream out, DataType type) throws IOException {
        for (Payload part : parts) {
          part.writeTo(out, type);
        }
      }
    };
  }

  /** Converts values and writes them, refusing finite values that the format cannot hold. */
  static void emit(
      OutputStream out, DataType type, String name, float[] values, int count, byte[] bytes)
      throws IOException {
    for (int i = 0; i < count; i++) {
      if (type.overflows(values[i])) {
        throw UnmaskException.invalid(
            "tensor " + name + ": value " + values[i] + " does not fit dtype=" + type.id());
      }
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    type.encode(values, count, buffer);
    out.write(bytes, 0, count * type.bytes());
  }
}

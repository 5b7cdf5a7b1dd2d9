package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Direct memory for one small graph input or output whose shape changes from run to run. It grows
 * to the largest shape seen; the tensors over its beginning are kept by shape, the least recently
 * used beyond {@value #TENSORS} being closed.
 */
final class TensorBuffer implements AutoCloseable {
  private static final int TENSORS = 64;

  private final OrtEnvironment environment;
  private final String name;
  private final OnnxJavaType type;
  private final Map<Shape, OnnxTensor> tensors = new LinkedHashMap<>(16, 0.75f, true);
  private NativeBuffer memory;
  private long room;

  /**
   * Any shape of up to four dimensions.
   *
   * @param rank how many of the dimensions count
   */
  private record Shape(int rank, long a, long b, long c, long d) {
    long[] dimensions() {
      return switch (rank) {
        case 1 -> new long[] {a};
        case 2 -> new long[] {a, b};
        default -> new long[] {a, b, c, d};
      };
    }
  }

  TensorBuffer(OrtEnvironment environment, String name, OnnxJavaType type) {
    this.environment = environment;
    this.name = name;
    this.type = type;
  }

  /** Name of the graph input or output. */
  String name() {
    return name;
  }

  /** The memory of the tensor made last, in native byte order; elements lie densely from 0. */
  ByteBuffer bytes() {
    return memory.bytes();
  }

  /** The tensor {@code [a]}; its memory keeps what it holds unless it must grow. */
  OnnxTensor vector(long a) throws OrtException {
    return tensor(new Shape(1, a, 1, 1, 1));
  }

  /** The tensor {@code [a, b]}. */
  OnnxTensor matrix(long a, long b) throws OrtException {
    return tensor(new Shape(2, a, b, 1, 1));
  }

  /** The tensor {@code [a, 1, c, d]}. */
  OnnxTensor mask(long a, long c, long d) throws OrtException {
    return tensor(new Shape(4, a, 1, c, d));
  }

  private OnnxTensor tensor(Shape shape) throws OrtException {
    long elements = shape.a * shape.b * shape.c * shape.d;
    if (memory == null || elements > room) {
      close();
      long most = NativeBuffer.MAX_BYTES / type.size;
      room = Math.max(elements, Math.min(Math.max(64, elements + elements / 2), most));
      memory = NativeBuffer.allocate(room * type.size, name);
    }
    OnnxTensor tensor = tensors.get(shape);
    if (tensor == null) {
      tensor = Tensors.over(environment, memory.bytes(), elements, shape.dimensions(), type);
      tensors.put(shape, tensor);
      if (tensors.size() > TENSORS) {
        Iterator<OnnxTensor> eldest = tensors.values().iterator();
        eldest.next().close();
        eldest.remove();
      }
    }
    return tensor;
  }

  /** Closes the tensors and frees the memory; the buffer may be used again. Idempotent. */
  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
    tensors.clear();
    if (memory != null) {
      memory.close();
      memory = null;
    }
    room = 0;
  }
}

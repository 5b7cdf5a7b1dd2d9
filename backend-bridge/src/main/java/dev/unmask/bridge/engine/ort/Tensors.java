package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes tensors that use memory in place. */
final class Tensors {
  private Tensors() {}

  /**
   * A tensor over the beginning of direct memory, which must outlive it.
   *
   * @param elements product of the shape
   */
  static OnnxTensor over(
      OrtEnvironment environment, ByteBuffer memory, long elements, long[] shape, OnnxJavaType type)
      throws OrtException {
    ByteBuffer bytes =
        memory.slice(0, Math.toIntExact(elements * type.size)).order(ByteOrder.nativeOrder());
    return switch (type) {
      case FLOAT -> OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
      case FLOAT16 -> OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, type);
      case INT64 -> OnnxTensor.createTensor(environment, bytes.asLongBuffer(), shape);
      default -> OnnxTensor.createTensor(environment, bytes, shape, type);
    };
  }
}

package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxJavaType;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/**
 * Shape of a model's KV cache.
 *
 * @param layers transformer layers; each has one key and one value tensor
 * @param heads key and value heads
 * @param headDim width of a head, in elements
 * @param elementType type of an element
 */
record KvGeometry(int layers, int heads, int headDim, OnnxJavaType elementType) {

  /**
   * The geometry that a manifest describes.
   *
   * @throws UnmaskException UNSUPPORTED for a data type without kernels in ONNX Runtime's CPU
   *     provider
   */
  static KvGeometry of(ModelManifest manifest) {
    OnnxJavaType type;
    switch (manifest.dtype()) {
      case "fp32", "int8", "int4" -> type = OnnxJavaType.FLOAT;
      case "fp16" -> type = OnnxJavaType.FLOAT16;
      default ->
          throw new UnmaskException(
              ErrorCode.UNSUPPORTED,
              "dtype="
                  + manifest.dtype()
                  + " of model "
                  + manifest.name()
                  + ": ONNX Runtime on CPU runs fp32, fp16, int8 and int4; import with --dtype fp32");
    }
    return new KvGeometry(manifest.layers(), manifest.kvHeads(), manifest.headDim(), type);
  }

  /** Bytes of one head of one position. */
  int headBytes() {
    return headDim * elementType.size;
  }

  /** Bytes of one position in one layer's key or value tensor. */
  long tensorBytesPerPosition() {
    return (long) heads * headBytes();
  }

  /** Bytes of one position in all tensors. */
  long bytesPerPosition() {
    return 2L * layers * tensorBytesPerPosition();
  }
}

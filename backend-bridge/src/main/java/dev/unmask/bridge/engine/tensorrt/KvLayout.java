package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/**
 * Where keys and values lie: tensors {@code [rows, heads, capacity, headDim]}, one after the other,
 * keys of layer i being tensor 2i and values 2i + 1.
 *
 * @param tensors keys and values of every layer
 * @param heads key and value heads
 * @param headDim elements of one head of one position
 * @param elementBytes bytes of an element
 * @param capacity positions of a row
 * @param rows rows of every tensor
 */
record KvLayout(int tensors, int heads, int headDim, int elementBytes, int capacity, int rows) {
  /** What TensorRT demands of addresses, in bytes. */
  static final int ALIGNMENT = 256;

  /**
   * The layout that a manifest describes.
   *
   * @throws UnmaskException UNSUPPORTED where a row could not begin at an address that TensorRT
   *     takes
   */
  static KvLayout of(ModelManifest manifest, int rows) {
    int elementBytes =
        switch (manifest.dtype()) {
          case "fp32" -> Float.BYTES;
          case "fp16", "bf16" -> Short.BYTES;
          default ->
              throw new UnmaskException(
                  ErrorCode.UNSUPPORTED,
                  "dtype="
                      + manifest.dtype()
                      + " of model "
                      + manifest.name()
                      + ": TensorRT runs fp32, fp16 and bf16; import with --dtype bf16");
        };
    KvLayout layout =
        new KvLayout(
            2 * manifest.layers(),
            manifest.kvHeads(),
            manifest.headDim(),
            elementBytes,
            manifest.maxContext(),
            rows);
    if (layout.rowBytes() % ALIGNMENT != 0) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          "max_context="
              + manifest.maxContext()
              + ": rows of "
              + layout.rowBytes()
              + " bytes do not begin at multiples of "
              + ALIGNMENT
              + "; import with a --max-context that is a multiple of 32");
    }
    return layout;
  }

  /** Bytes of one head of one position. */
  int headBytes() {
    return headDim * elementBytes;
  }

  /** Bytes of one head of one row. */
  long lineBytes() {
    return (long) capacity * headBytes();
  }

  /** Bytes of one row of one tensor. */
  long rowBytes() {
    return heads * lineBytes();
  }

  /** Offset of a row of a tensor. */
  long offset(int tensor, int row) {
    return ((long) tensor * rows + row) * rowBytes();
  }

  /** Bytes of all tensors. */
  long bytes() {
    return offset(tensors, 0);
  }

  /** Bytes of one position in all tensors. */
  int bytesPerPosition() {
    return tensors * heads * headBytes();
  }
}

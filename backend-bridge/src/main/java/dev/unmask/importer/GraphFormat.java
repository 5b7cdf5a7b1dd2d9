package dev.unmask.importer;

import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Formats that a graph can be written in, by the names that the command line and the manifest use.
 * Where weights are quantised, those of products with weights are ({@link Projections}); embedding,
 * norms, biases, activations and KV cache are float32.
 */
enum GraphFormat {
  FP32(DataType.FP32, false),
  FP16(DataType.FP16, false),
  /** For TensorRT: ONNX Runtime's CPU engine has no kernels. */
  BF16(DataType.BF16, false),
  /** Integer products ({@link Int8Products}), for ONNX Runtime. */
  INT8(DataType.FP32, true),
  /** Weights in blocks, for ONNX Runtime: TensorRT's parser knows neither operator. */
  INT4(DataType.FP32, true);

  private final DataType type;
  private final boolean quantized;

  GraphFormat(DataType type, boolean quantized) {
    this.type = type;
    this.quantized = quantized;
  }

  /** Name used on the command line and in the manifest, such as {@code int8}. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Format of the KV cache and of the weights that are not quantised. */
  DataType type() {
    return type;
  }

  /** Whether weights of products are quantised. */
  boolean quantized() {
    return quantized;
  }

  /**
   * The format of a name.
   *
   * @throws UnmaskException INVALID_ARGUMENT for an unknown one
   */
  static GraphFormat of(String id) {
    for (GraphFormat format : values()) {
      if (format.id().equals(id)) {
        return format;
      }
    }
    String known = Arrays.stream(values()).map(GraphFormat::id).collect(Collectors.joining(", "));
    throw UnmaskException.invalid("dtype=" + id + " is none of " + known);
  }
}

package dev.unmask.importer;

import java.util.List;
import java.util.Map;

/**
 * Adds products with weights to a graph: Gemm, which adds a bias or the residual in the same
 * kernel; {@link Int8Products}, or {@code MatMulNBits} in 4 bits, and Add. Activations of the
 * latter two are rounded by row, never over several rows: a row does not depend on its neighbours.
 *
 * <p>Nor does the order in which the sum of an int8 product is taken. That of 4 bits may: a product
 * over a single row has a kernel of its own on processors without AVX-512, whose sums differ by the
 * rounding of float32, as those of Gemm do.
 */
final class Projections {
  private static final Map<String, Object> TRANSPOSED_WEIGHT = Map.of("transB", 1L);

  /** Activations in int8, sums in int32. */
  private static final long INT8_ACTIVATIONS = 4;

  private final OnnxGraph graph;
  private final GraphFormat format;
  private final Int8Products int8Products;

  Projections(OnnxGraph graph, GraphFormat format) {
    this.graph = graph;
    this.format = format;
    int8Products = new Int8Products(graph);
  }

  /**
   * Adds {@code input * matrix^T + addend}.
   *
   * @param input [rows, in]
   * @param name for the weight
   * @param matrix [out, in]
   * @param addend [out] or [rows, out], empty for none
   * @return [rows, out]
   */
  String apply(String input, String name, Payload matrix, int out, int in, String addend) {
    if (format.quantized()) {
      String product =
          format == GraphFormat.INT8
              ? int8Products.product(input, name, matrix, out, in)
              : int4Product(input, name, matrix, out, in);
      return addend.isEmpty() ? product : graph.node("Add", product, addend);
    }
    return gemm(input, graph.weight(name, format.type(), matrix, out, in), addend);
  }

  /** Adds {@code input * weight^T + addend} for a weight that is in the graph already. */
  String gemm(String input, String weight, String addend) {
    return addend.isEmpty()
        ? graph.node("Gemm", TRANSPOSED_WEIGHT, input, weight)
        : graph.node("Gemm", TRANSPOSED_WEIGHT, input, weight, addend);
  }

  private String int4Product(String input, String name, Payload matrix, int out, int in) {
    BlockQuantizedMatrix weights = new BlockQuantizedMatrix(name, matrix, out, in);
    Map<String, Object> attributes =
        Map.of(
            "K", (long) in,
            "N", (long) out,
            "bits", (long) BlockQuantizer.BITS,
            "block_size", (long) BlockQuantizer.BLOCK,
            "accuracy_level", INT8_ACTIVATIONS);
    return graph.contribNode(
        "MatMulNBits",
        attributes,
        List.of(
            input,
            weights.addWeights(graph),
            weights.addScales(graph),
            weights.addZeroPoints(graph)));
  }
}

package dev.unmask.importer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Adds products with weights to a graph: Gemm, which adds a bias or the residual in the same
 * kernel, or where weights are quantised {@code MatMulNBits} and Add. The latter's activations are
 * rounded to int8 by row and block, never over several rows: a row does not depend on its
 * neighbours.
 *
 * <p>Nor does the order in which its sum is taken, with one exception: in 4 bits a product over a
 * single row has a kernel of its own on processors without AVX-512, whose sums differ by the
 * rounding of float32, as those of Gemm do there.
 */
final class Projections {
  private static final Map<String, Object> TRANSPOSED_WEIGHT = Map.of("transB", 1L);

  /** Activations in int8, sums in int32. */
  private static final long INT8_ACTIVATIONS = 4;

  private final OnnxGraph graph;
  private final GraphFormat format;

  Projections(OnnxGraph graph, GraphFormat format) {
    this.graph = graph;
    this.format = format;
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
      String product = quantized(input, name, matrix, out, in);
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

  private String quantized(String input, String name, Payload matrix, int out, int in) {
    int bits = format.weightBits();
    QuantizedMatrix quantized = new QuantizedMatrix(name, matrix, out, in, bits);
    List<String> inputs =
        new ArrayList<>(List.of(input, quantized.addWeights(graph), quantized.addScales(graph)));
    String zeroPoints = quantized.addZeroPoints(graph);
    if (!zeroPoints.isEmpty()) {
      inputs.add(zeroPoints);
    }
    Map<String, Object> attributes =
        Map.of(
            "K", (long) in,
            "N", (long) out,
            "bits", (long) bits,
            "block_size", (long) BlockQuantizer.BLOCK,
            "accuracy_level", INT8_ACTIVATIONS);
    return graph.contribNode("MatMulNBits", attributes, inputs);
  }
}

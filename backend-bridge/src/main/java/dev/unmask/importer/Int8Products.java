package dev.unmask.importer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Adds products of 8-bit integers to a graph: weights have a scale for each output channel ({@link
 * ChannelQuantizedMatrix}), activations one for each row, taken from the row's largest magnitude
 * when it is computed (token-wise dynamic quantisation, as in ZeroQuant; vLLM's W8A8 INT8).
 *
 * <p>A row's sum is taken in int32, so its result is the same bit for bit in any company and any
 * order. ONNX Runtime's own dynamic quantisation has one scale for all rows, and with it results
 * that depend on who else is in the batch.
 */
final class Int8Products {
  private static final int ACTIVATION_STEPS = 127;
  private static final int ACTIVATION_ZERO = 128;
  private static final String STEP = "activation_step";
  private static final String ZERO = "activation_zero";
  private static final String AXIS = "activation_axis";

  private final OnnxGraph graph;
  private boolean declared;

  Int8Products(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Adds {@code input * matrix^T}.
   *
   * @param input float32 [rows, in]; a row of zeros has a result of zeros
   * @param name for the weights
   * @param matrix [out, in]
   * @return float32 [rows, out]
   */
  String product(String input, String name, Payload matrix, int out, int in) {
    declareConstants();
    ChannelQuantizedMatrix weights = new ChannelQuantizedMatrix(name, matrix, out, in);
    String largest = graph.node("ReduceMax", graph.node("Abs", input), AXIS);
    String activations =
        graph.node("QuantizeLinear", graph.node("Div", input, largest), STEP, ZERO);
    String product =
        graph.contribNode(
            "MatMulIntegerToFloat",
            Map.of(),
            List.of(activations, weights.addWeights(graph), STEP, weights.addScales(graph), ZERO));
    return graph.node("Mul", product, largest);
  }

  private void declareConstants() {
    if (declared) {
      return;
    }
    declared = true;
    byte[] step =
        ByteBuffer.allocate(Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(1f / ACTIVATION_STEPS)
            .array();
    graph.constant(STEP, OnnxGraph.FLOAT, step.length, out -> out.write(step));
    graph.constant(ZERO, OnnxGraph.UINT8, 1, out -> out.write(ACTIVATION_ZERO));
    graph.integers(AXIS, 1);
  }
}

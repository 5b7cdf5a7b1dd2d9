package dev.unmask.importer;

import java.util.List;
import java.util.Map;

/**
 * Builds the graph of a network: one topology for ONNX Runtime and for TensorRT, but for quantised
 * weights, which only ONNX Runtime takes.
 *
 * <p>The residual stream is a matrix [batch * query, hidden] throughout, so that every projection
 * is a Gemm: it takes weights as checkpoints store them, [out, in], and adds a bias or the residual
 * in the same kernel ({@link Projections}). Query, key and value projections are one Gemm, gate and
 * up another one. The factor {@code 1 / sqrt(head_dim)} is folded into the weights that make the
 * query, because TensorRT would otherwise multiply it into the whole cache.
 */
final class DecoderGraph {
  private static final String BATCH = "batch";
  private static final String QUERY = "query";
  private static final String ROWS = "rows";

  private final Network network;
  private final GraphOptions options;
  private final Weights weights;
  private final OnnxGraph graph = new OnnxGraph();
  private final Projections projections;
  private String headShape;
  private String wantedRows;
  private String cosines;
  private String sines;

  private DecoderGraph(Network network, GraphOptions options, Weights weights) {
    this.network = network;
    this.options = options;
    this.weights = weights;
    projections = new Projections(graph, options.format());
  }

  /** Builds the graph; weights are looked up and checked, but not read yet. */
  static OnnxGraph build(Network network, GraphOptions options, Weights weights) {
    DecoderGraph decoder = new DecoderGraph(network, options, weights);
    decoder.build();
    return decoder.graph;
  }

  private void build() {
    declareInputs();
    declareShared();
    String ids = graph.node("Reshape", "input_ids", graph.integers("flat_shape", -1));
    Payload embedding = weights.plain(network.names().embedding, network.vocab(), network.hidden());
    String table =
        graph.weight("embedding", options.type(), embedding, network.vocab(), network.hidden());
    String stream = graph.node("Gather", table, ids);
    for (int layer = 0; layer < network.layers(); layer++) {
      stream = attention(layer, stream);
      stream = feedForward(layer, stream);
    }
    head(stream, embedding, table);
    for (int layer = 0; layer < network.layers(); layer++) {
      cacheOutput("present_key." + layer);
      cacheOutput("present_value." + layer);
    }
  }

  private void declareInputs() {
    graph.input("input_ids", OnnxGraph.INT64, BATCH, QUERY);
    graph.input("position_ids", OnnxGraph.INT64, BATCH, QUERY);
    graph.input("attention_mask", OnnxGraph.BOOL, BATCH, 1L, QUERY, (long) options.maxContext());
    graph.input("write_indices", OnnxGraph.INT64, BATCH);
    graph.input("output_rows", OnnxGraph.INT64, ROWS);
    if (options.guidance()) {
      graph.input("unconditional_rows", OnnxGraph.INT64, ROWS);
      graph.input("guidance", OnnxGraph.FLOAT, ROWS, 1L);
    }
    for (int layer = 0; layer < network.layers(); layer++) {
      cacheInput("past_key." + layer);
      cacheInput("past_value." + layer);
    }
  }

  private void cacheInput(String name) {
    graph.input(
        name,
        options.type().onnxCode(),
        BATCH,
        (long) network.kvHeads(),
        (long) options.maxContext(),
        (long) network.headDim());
  }

  private void cacheOutput(String name) {
    graph.output(
        name,
        options.type().onnxCode(),
        BATCH,
        (long) network.kvHeads(),
        (long) options.maxContext(),
        (long) network.headDim());
  }

  private void declareShared() {
    int half = network.headDim() / 2;
    int positions = options.maxContext();
    cosines =
        graph.weight(
            "rope_cosines", DataType.FP32, network.rope().cosines(positions), positions, half);
    sines =
        graph.weight("rope_sines", DataType.FP32, network.rope().sines(positions), positions, half);
    String heads =
        graph.integers("heads", network.queryHeads() + 2L * network.kvHeads(), network.headDim());
    headShape = graph.node("Concat", Map.of("axis", 0L), graph.node("Shape", "input_ids"), heads);
    graph.integers("attention_shape", -1, network.queryWidth());
    wantedRows =
        options.guidance()
            ? graph.node("Concat", Map.of("axis", 0L), "output_rows", "unconditional_rows")
            : "output_rows";
    if (network.qkNorm()) {
      graph.integers("q_k_v_heads", network.queryHeads(), network.kvHeads(), network.kvHeads());
    } else {
      graph.integers("qk_v_heads", network.queryHeads() + network.kvHeads(), network.kvHeads());
      graph.integers("q_k_heads", network.queryHeads(), network.kvHeads());
    }
    graph.integers("gate_up", network.intermediate(), network.intermediate());
  }

  private String attention(int layer, String stream) {
    WeightNames names = network.names();
    String normed =
        norm(stream, names.layer(layer, names.attentionNorm), "attention_norm." + layer);
    String[] modules = {
      names.layer(layer, names.query),
      names.layer(layer, names.key),
      names.layer(layer, names.value)
    };
    int[] widths = {network.queryWidth(), network.kvWidth(), network.kvWidth()};
    // With a norm behind the projection the factor belongs into the norm's weight.
    float queryFactor = network.qkNorm() ? 1f : options.queryFactor(network.headDim());
    float[] factors = {queryFactor, 1f, 1f};
    String bias =
        network.qkvBias()
            ? graph.weight(
                "qkv_bias." + layer,
                options.type(),
                weights.biases(modules, widths, factors),
                network.queryWidth() + 2L * network.kvWidth())
            : "";
    String qkv =
        projections.apply(
            normed,
            "qkv." + layer,
            weights.matrices(modules, widths, network.hidden(), factors),
            network.queryWidth() + 2 * network.kvWidth(),
            network.hidden(),
            bias);
    String byHead =
        graph.node(
            "Transpose",
            Map.of("perm", new long[] {0, 2, 1, 3}),
            graph.node("Reshape", qkv, headShape));
    List<String> heads = rotatedHeads(layer, byHead);
    String keys = cached("key." + layer, heads.get(1));
    String values = cached("value." + layer, heads.get(2));
    String attended =
        graph.node("Attention", Map.of("scale", 1f), heads.get(0), keys, values, "attention_mask");
    String flat =
        graph.node(
            "Reshape",
            graph.node("Transpose", Map.of("perm", new long[] {0, 2, 1, 3}), attended),
            "attention_shape");
    return residual(
        wanted(layer, flat),
        names.layer(layer, names.output),
        "attention_out." + layer,
        network.queryWidth(),
        network.outBias(),
        wanted(layer, stream));
  }

  /**
   * Behind the attention of the last layer only rows whose candidates are wanted matter: the others
   * have left their keys and values in the cache and are dropped here.
   */
  private String wanted(int layer, String rows) {
    return layer == network.layers() - 1 ? graph.node("Gather", rows, wantedRows) : rows;
  }

  /** Query, key and value heads [batch, heads, query, head_dim], query and key rotated. */
  private List<String> rotatedHeads(int layer, String byHead) {
    if (!network.qkNorm()) {
      List<String> parts = split(byHead, 1, "qk_v_heads", 2);
      List<String> qk = split(rotated(parts.get(0)), 1, "q_k_heads", 2);
      return List.of(qk.get(0), qk.get(1), parts.get(1));
    }
    List<String> parts = split(byHead, 1, "q_k_v_heads", 3);
    WeightNames names = network.names();
    String query =
        graph.node(
            "RMSNormalization",
            normAttributes(),
            parts.get(0),
            graph.weight(
                "query_norm." + layer,
                options.type(),
                weights.scaled(
                    names.queryNorm(layer),
                    options.queryFactor(network.headDim()),
                    network.headDim()),
                network.headDim()));
    String key =
        graph.node(
            "RMSNormalization",
            normAttributes(),
            parts.get(1),
            graph.weight(
                "key_norm." + layer,
                options.type(),
                weights.plain(names.keyNorm(layer), network.headDim()),
                network.headDim()));
    return List.of(rotated(query), rotated(key), parts.get(2));
  }

  /** The rotary embedding, in float32 whatever the graph's format. */
  private String rotated(String heads) {
    return fromFloat(graph.node("RotaryEmbedding", toFloat(heads), cosines, sines, "position_ids"));
  }

  private String cached(String name, String update) {
    graph.nodeNamed(
        "TensorScatter",
        Map.of("axis", -2L),
        List.of("past_" + name, update, "write_indices"),
        List.of("present_" + name));
    return "present_" + name;
  }

  private String feedForward(int layer, String stream) {
    WeightNames names = network.names();
    String normed = norm(stream, names.layer(layer, names.mlpNorm), "mlp_norm." + layer);
    String[] modules = {names.layer(layer, names.gate), names.layer(layer, names.up)};
    int[] widths = {network.intermediate(), network.intermediate()};
    float[] factors = {1f, 1f};
    String bias =
        network.mlpBias()
            ? graph.weight(
                "gate_up_bias." + layer,
                options.type(),
                weights.biases(modules, widths, factors),
                2L * network.intermediate())
            : "";
    String gateUp =
        projections.apply(
            normed,
            "gate_up." + layer,
            weights.matrices(modules, widths, network.hidden(), factors),
            2 * network.intermediate(),
            network.hidden(),
            bias);
    List<String> parts = split(gateUp, 1, "gate_up", 2);
    String gate = graph.node("Mul", parts.get(0), graph.node("Sigmoid", parts.get(0)));
    return residual(
        graph.node("Mul", gate, parts.get(1)),
        names.layer(layer, names.down),
        "down." + layer,
        network.intermediate(),
        network.mlpBias(),
        stream);
  }

  /**
   * @param embedding rows of the embedding, [vocab, hidden]
   * @param table the same as the graph's constant
   */
  private void head(String stream, Payload embedding, String table) {
    WeightNames names = network.names();
    String normWeight =
        graph.weight(
            "final_norm",
            DataType.FP32,
            weights.plain(names.finalNorm, network.hidden()),
            network.hidden());
    String hidden = graph.node("RMSNormalization", normAttributes(), toFloat(stream), normWeight);
    if (options.guidance()) {
      // The head is linear: guiding its input guides the logits.
      String halves =
          graph.node("Reshape", hidden, graph.integers("halves_shape", 2, -1, network.hidden()));
      String conditional = graph.node("Gather", halves, graph.scalar("conditional_half", 0));
      String unconditional = graph.node("Gather", halves, graph.scalar("unconditional_half", 1));
      String difference = graph.node("Sub", conditional, unconditional);
      hidden = graph.node("Add", unconditional, graph.node("Mul", difference, "guidance"));
    }
    String logits = logits(hidden, embedding, table);
    if (weights.hasBias(names.head)) {
      String bias =
          graph.weight(
              "head.bias",
              DataType.FP32,
              weights.bias(names.head, network.vocab()),
              network.vocab());
      logits = graph.node("Add", logits, bias);
    }
    new HeadOutputs(graph, options).append(logits);
  }

  private String logits(String hidden, Payload embedding, String table) {
    int vocab = network.vocab();
    int width = network.hidden();
    if (network.tied() && !options.format().quantized()) {
      return projections.gemm(hidden, toFloat(table), "");
    }
    Payload matrix =
        network.tied() ? embedding : weights.matrix(network.names().head, vocab, width);
    if (options.format().quantized()) {
      return projections.apply(hidden, "head", matrix, vocab, width, "");
    }
    String weight = graph.weight("head", options.type(), matrix, vocab, width);
    return projections.gemm(hidden, toFloat(weight), "");
  }

  private String norm(String stream, String module, String name) {
    String weight =
        graph.weight(
            name, options.type(), weights.plain(module, network.hidden()), network.hidden());
    return graph.node("RMSNormalization", normAttributes(), stream, weight);
  }

  private Map<String, Object> normAttributes() {
    return Map.of("axis", -1L, "epsilon", network.normEpsilon());
  }

  /** {@code stream + W input + bias}; the residual takes the place of the Gemm's bias. */
  private String residual(
      String input, String module, String name, int in, boolean biased, String stream) {
    String sum =
        projections.apply(
            input,
            name,
            weights.matrix(module, network.hidden(), in),
            network.hidden(),
            in,
            stream);
    if (!biased) {
      return sum;
    }
    String bias =
        graph.weight(
            name + ".bias",
            options.type(),
            weights.bias(module, network.hidden()),
            network.hidden());
    return graph.node("Add", sum, bias);
  }

  private List<String> split(String input, long axis, String sizes, int count) {
    return graph.node("Split", Map.of("axis", axis), List.of(input, sizes), count);
  }

  private String toFloat(String value) {
    return options.type() == DataType.FP32
        ? value
        : graph.node("Cast", Map.of("to", (long) OnnxGraph.FLOAT), value);
  }

  private String fromFloat(String value) {
    return options.type() == DataType.FP32
        ? value
        : graph.node("Cast", Map.of("to", (long) options.type().onnxCode()), value);
  }
}

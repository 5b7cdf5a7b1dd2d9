package dev.unmask.importer;

import java.util.List;
import java.util.Map;

/**
 * Appends what a graph returns per output row: candidates, the probability of the best one, and for
 * models that are not causal the expected gap and the logits of special tokens. Everything is
 * float32.
 *
 * <p>Log-sum-exp and entropy follow from these, and keep their precision where one token has nearly
 * all the mass: with p the best candidate's probability and l its logit, log-sum-exp is {@code l -
 * ln p}, and with g the expectation of {@code l - logit} the entropy is {@code g - ln p}. A
 * log-sum-exp of its own would be rounded at the size of the logits, which makes different
 * confidences near 1 equal; and ReduceLogSumExp is slow in one runtime and overflows in the other.
 */
final class HeadOutputs {
  private static final Map<String, Object> LAST_AXIS = Map.of("axis", 1L);
  private static final Map<String, Object> KEEP_DIMS = Map.of("keepdims", 1L);

  private final OnnxGraph graph;
  private final GraphOptions options;

  HeadOutputs(OnnxGraph graph, GraphOptions options) {
    this.graph = graph;
    this.options = options;
  }

  /** Adds nodes and outputs for logits [rows, vocab]. */
  void append(String logits) {
    long k = options.candidates();
    graph.nodeNamed(
        "TopK",
        Map.of("axis", 1L, "largest", 1L, "sorted", 1L),
        List.of(logits, graph.integers("candidate_count", k)),
        List.of("candidate_logits", "candidate_ids"));
    graph.output("candidate_ids", OnnxGraph.INT64, "rows", k);
    graph.output("candidate_logits", OnnxGraph.FLOAT, "rows", k);

    String probabilities = graph.node("Softmax", LAST_AXIS, logits);
    String axis = graph.integers("vocabulary_axis", 1);
    graph.nodeNamed(
        "ReduceMax", KEEP_DIMS, List.of(probabilities, axis), List.of("top_probability"));
    graph.output("top_probability", OnnxGraph.FLOAT, "rows", 1L);

    if (options.causal()) {
      return;
    }
    String bestLogit =
        graph.node("Slice", "candidate_logits", graph.integers("first_candidate", 0), axis, axis);
    String gaps = graph.node("Sub", bestLogit, logits);
    graph.nodeNamed(
        "ReduceSum",
        KEEP_DIMS,
        List.of(graph.node("Mul", probabilities, gaps), axis),
        List.of("expected_gap"));
    graph.output("expected_gap", OnnxGraph.FLOAT, "rows", 1L);
    String specials =
        graph.integers(
            "special_token_ids",
            options.specialTokenIds().stream().mapToLong(Integer::longValue).toArray());
    graph.nodeNamed("Gather", LAST_AXIS, List.of(logits, specials), List.of("special_logits"));
    graph.output(
        "special_logits", OnnxGraph.FLOAT, "rows", (long) options.specialTokenIds().size());
  }
}

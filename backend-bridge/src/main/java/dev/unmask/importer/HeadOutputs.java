package dev.unmask.importer;

import java.util.List;
import java.util.Map;

/**
 * Appends what a graph returns per output row: candidates, log-sum-exp, and for models that are not
 * causal entropy and the logits of special tokens. Everything is float32.
 *
 * <p>The log-sum-exp comes from the best candidate, {@code logit - log(probability)}: Softmax is
 * needed for the entropy anyhow, and ReduceLogSumExp is slow in one runtime and overflows in the
 * other.
 */
final class HeadOutputs {
  private static final Map<String, Object> LAST_AXIS = Map.of("axis", 1L);

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

    String zero = graph.integers("first_candidate", 0);
    String one = graph.integers("second_candidate", 1);
    String probabilities = graph.node("Softmax", LAST_AXIS, logits);
    String bestId = graph.node("Slice", "candidate_ids", zero, one, one);
    String bestLogit = graph.node("Slice", "candidate_logits", zero, one, one);
    String bestProbability = graph.node("GatherElements", LAST_AXIS, probabilities, bestId);
    graph.nodeNamed(
        "Sub",
        Map.of(),
        List.of(bestLogit, graph.node("Log", bestProbability)),
        List.of("log_sum_exp"));
    graph.output("log_sum_exp", OnnxGraph.FLOAT, "rows", 1L);

    if (options.causal()) {
      return;
    }
    String expectedLogit =
        graph.node(
            "ReduceSum", Map.of("keepdims", 1L), graph.node("Mul", probabilities, logits), one);
    graph.nodeNamed("Sub", Map.of(), List.of("log_sum_exp", expectedLogit), List.of("entropy"));
    graph.output("entropy", OnnxGraph.FLOAT, "rows", 1L);
    String specials =
        graph.integers(
            "special_token_ids",
            options.specialTokenIds().stream().mapToLong(Integer::longValue).toArray());
    graph.nodeNamed("Gather", LAST_AXIS, List.of(logits, specials), List.of("special_logits"));
    graph.output(
        "special_logits", OnnxGraph.FLOAT, "rows", (long) options.specialTokenIds().size());
  }
}

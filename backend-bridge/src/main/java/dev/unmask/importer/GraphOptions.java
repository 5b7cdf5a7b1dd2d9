package dev.unmask.importer;

import java.util.List;

/**
 * What an import chooses about a graph.
 *
 * @param format of weights and KV cache
 * @param maxContext capacity of the cache in positions
 * @param candidates tokens returned per output
 * @param specialTokenIds tokens whose logits are returned per output
 * @param causal whether the graph serves one-sided decoding only: no entropy, no special logits
 * @param guidance whether the graph combines conditional and unconditional rows
 */
record GraphOptions(
    GraphFormat format,
    int maxContext,
    int candidates,
    List<Integer> specialTokenIds,
    boolean causal,
    boolean guidance) {

  /** Format of the KV cache and of the weights that are not quantised. */
  DataType type() {
    return format.type();
  }

  /** What the attention scores are multiplied with. */
  float queryFactor(int headDim) {
    return (float) (1 / Math.sqrt(headDim));
  }
}

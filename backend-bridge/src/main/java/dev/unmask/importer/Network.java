package dev.unmask.importer;

/**
 * The network that a {@code config.json} describes: a pre-norm decoder with RMS norms, rotary
 * embedding, grouped-query attention and a gated SiLU feed-forward layer.
 *
 * @param family {@code model_type} in lower case
 * @param names names of its weights in the checkpoint
 * @param layers transformer layers
 * @param hidden width of the residual stream
 * @param queryHeads attention heads
 * @param kvHeads key and value heads
 * @param headDim width of a head
 * @param intermediate width of the feed-forward layer
 * @param vocab rows of the embedding and of the head
 * @param normEpsilon of every RMS norm
 * @param rope rotary embedding
 * @param maxPositions positions the checkpoint was made for
 * @param tied whether the head is the embedding
 * @param qkvBias whether q, k and v projections have a bias
 * @param outBias whether the attention's output projection has one
 * @param mlpBias whether gate, up and down have one
 * @param qkNorm whether q and k heads are normalised before the rotary embedding
 */
record Network(
    String family,
    WeightNames names,
    int layers,
    int hidden,
    int queryHeads,
    int kvHeads,
    int headDim,
    int intermediate,
    int vocab,
    float normEpsilon,
    RopeTable rope,
    int maxPositions,
    boolean tied,
    boolean qkvBias,
    boolean outBias,
    boolean mlpBias,
    boolean qkNorm) {

  /** Width of the concatenated query heads. */
  int queryWidth() {
    return queryHeads * headDim;
  }

  /** Width of the concatenated key heads. */
  int kvWidth() {
    return kvHeads * headDim;
  }
}

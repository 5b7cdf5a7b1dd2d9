package dev.unmask.capacity.simulate;

import dev.unmask.repository.ModelManifest;

/**
 * The size of a decoder with gated feed-forward layers. Immutable.
 *
 * @param layers decoder layers
 * @param hidden width
 * @param queryHeads heads of queries
 * @param kvHeads heads of keys and values
 * @param headDim width of a head
 * @param intermediate width of the feed-forward layers
 * @param vocab tokens
 */
public record ModelShape(
    int layers, int hidden, int queryHeads, int kvHeads, int headDim, int intermediate, int vocab) {
  /** LLaDA-8B. */
  public static final ModelShape LLADA_8B = new ModelShape(32, 4096, 32, 32, 128, 12288, 126464);

  /** That of a model of a repository. */
  public static ModelShape of(ModelManifest manifest) {
    return new ModelShape(
        manifest.layers(),
        manifest.hiddenSize(),
        manifest.queryHeads(),
        manifest.kvHeads(),
        manifest.headDim(),
        manifest.intermediateSize(),
        manifest.vocabSize());
  }

  /** Weights of all layers, which every pass reads. */
  double layerWeights() {
    double attention = (double) hidden * headDim * (2.0 * queryHeads + 2.0 * kvHeads);
    double feedForward = 3.0 * hidden * intermediate;
    return layers * (attention + feedForward);
  }

  /** Weights of the output head. */
  double headWeights() {
    return (double) hidden * vocab;
  }

  /** Keys and values of one position over all layers, in elements. */
  double kvElements() {
    return 2.0 * layers * kvHeads * headDim;
  }

  /** Weights in all, the embedding's included. */
  public double parameters() {
    return layerWeights() + 2 * headWeights();
  }
}

package dev.unmask.importer;

import java.util.ArrayList;
import java.util.List;

/**
 * The weights of a widened checkpoint that computes what the old one does.
 *
 * <p>Added dimensions of the residual stream hold zero: nothing writes to them. An RMS norm then
 * divides by a mean over more elements, which its weight and epsilon make up for. Whatever reads
 * only zeros, or is read with weight zero, is free and gets the fill.
 */
final class InflatedWeights {
  /** Logit of an added token: no probability in float32, and exact in every format. */
  static final float ABSENT = -32768f;

  private final Network from;
  private final TargetShape to;
  private final Weights weights;
  private final long seed;
  private final Axis stream;
  private final Axis read;
  private final HeadAxes heads;
  private final float normFactor;
  private final float queryFactor;
  private final float keyFactor;
  private final List<InflatedTensor> tensors = new ArrayList<>();

  private InflatedWeights(Network from, TargetShape to, Weights weights, long seed) {
    this.from = from;
    this.to = to;
    this.weights = weights;
    this.seed = seed;
    stream = Axis.widened(from.hidden(), to.hidden(), Axis.ZERO);
    read = Axis.widened(from.hidden(), to.hidden(), Axis.FREE);
    heads = new HeadAxes(from, to);
    double narrowing = (double) from.hidden() / to.hidden();
    double widening = (double) to.headDim() / from.headDim();
    normFactor = (float) Math.sqrt(narrowing);
    // Behind a norm of its own a projection's scale matters only against the epsilon, of which
    // there is one for all norms: scaled like this, the changed one has the old effect.
    keyFactor = from.qkNorm() ? (float) Math.sqrt(narrowing * widening) : 1f;
    // Attention divides by the square root of the wider head_dim.
    queryFactor = from.qkNorm() ? keyFactor : (float) Math.sqrt(widening);
  }

  /** Lists the tensors; the old ones are looked up and checked, but not read yet. */
  static List<InflatedTensor> of(Network from, TargetShape to, Weights weights, long seed) {
    InflatedWeights inflated = new InflatedWeights(from, to, weights, seed);
    inflated.build();
    return inflated.tensors;
  }

  private void build() {
    WeightNames names = from.names();
    Axis vocab = Axis.widened(from.vocab(), to.vocab(), Axis.FREE);
    random(
        names.embedding + ".weight",
        vocab,
        stream,
        weights.plain(names.embedding, from.vocab(), from.hidden()));
    for (int layer = 0; layer < to.layers(); layer++) {
      int old = to.sourceLayer(layer, from.layers());
      attention(layer, old);
      feedForward(layer, old);
    }
    norm(names.finalNorm, names.finalNorm);
    if (!from.tied()) {
      random(
          names.head + ".weight",
          vocab,
          read,
          weights.matrix(names.head, from.vocab(), from.hidden()));
    }
    headBias(vocab);
  }

  private void headBias(Axis vocab) {
    String module = from.names().head;
    boolean biased = weights.hasBias(module);
    if (!biased && from.vocab() == to.vocab()) {
      return;
    }
    Axis columns = vocab;
    WeightPayload source = null;
    if (biased) {
      source = weights.bias(module, from.vocab());
    } else {
      int[] zeroOrFree = new int[to.vocab()];
      for (int token = 0; token < zeroOrFree.length; token++) {
        zeroOrFree[token] = token < from.vocab() ? Axis.ZERO : Axis.FREE;
      }
      columns = new Axis(zeroOrFree);
    }
    tensors.add(new InflatedTensor(module + ".bias", null, columns, source, Fill.constant(ABSENT)));
  }

  private void attention(int layer, int old) {
    WeightNames names = from.names();
    norm(names.layer(layer, names.attentionNorm), module(old, names.attentionNorm));
    // Either side's added dimensions must be zero, and both sides' where a norm takes their mean.
    Axis query = heads.query(from.qkNorm() ? Axis.ZERO : Axis.FREE, Axis.FREE);
    int queryWidth = from.queryWidth();
    int kvWidth = from.kvWidth();
    reading(layer, old, names.query, query, queryWidth, queryFactor, from.qkvBias());
    reading(layer, old, names.key, heads.keyValue(Axis.ZERO), kvWidth, keyFactor, from.qkvBias());
    reading(layer, old, names.value, heads.keyValue(Axis.FREE), kvWidth, 1f, from.qkvBias());
    if (from.qkNorm()) {
      float mean = (float) Math.sqrt((double) from.headDim() / to.headDim());
      headNorm(names.queryNorm(layer), old < 0 ? null : names.queryNorm(old), 1f);
      headNorm(names.keyNorm(layer), old < 0 ? null : names.keyNorm(old), mean);
    }
    writing(
        layer, old, names.output, heads.query(Axis.ZERO, Axis.ZERO), queryWidth, from.outBias());
  }

  private void feedForward(int layer, int old) {
    WeightNames names = from.names();
    norm(names.layer(layer, names.mlpNorm), module(old, names.mlpNorm));
    Axis made = Axis.widened(from.intermediate(), to.intermediate(), Axis.FREE);
    reading(layer, old, names.gate, made, from.intermediate(), 1f, from.mlpBias());
    reading(layer, old, names.up, made, from.intermediate(), 1f, from.mlpBias());
    Axis taken = Axis.widened(from.intermediate(), to.intermediate(), Axis.ZERO);
    writing(layer, old, names.down, taken, from.intermediate(), from.mlpBias());
  }

  private String module(int layer, String module) {
    return layer < 0 ? null : from.names().layer(layer, module);
  }

  /** A projection that reads the residual stream. */
  private void reading(
      int layer, int old, String module, Axis rows, int out, float factor, boolean biased) {
    String name = from.names().layer(layer, module);
    String source = module(old, module);
    random(
        name + ".weight",
        old < 0 ? rows.withoutSources() : rows,
        read,
        old < 0 ? null : weights.matrix(source, out, from.hidden(), factor));
    if (biased) {
      random(
          name + ".bias",
          null,
          old < 0 ? rows.withoutSources() : rows,
          old < 0 ? null : weights.bias(source, out, factor));
    }
  }

  /** A projection that writes to the residual stream: an added layer writes nothing. */
  private void writing(int layer, int old, String module, Axis columns, int in, boolean biased) {
    String name = from.names().layer(layer, module);
    String source = module(old, module);
    Axis rows = old < 0 ? Axis.all(to.hidden(), Axis.ZERO) : stream;
    random(
        name + ".weight",
        rows,
        columns,
        old < 0 ? null : weights.matrix(source, from.hidden(), in));
    if (biased) {
      random(name + ".bias", null, rows, old < 0 ? null : weights.bias(source, from.hidden()));
    }
  }

  private void norm(String module, String source) {
    ones(module, read, source == null ? null : weights.scaled(source, normFactor, from.hidden()));
  }

  private void headNorm(String module, String source, float factor) {
    ones(
        module,
        heads.inHead(),
        source == null ? null : weights.scaled(source, factor, from.headDim()));
  }

  private void ones(String module, Axis columns, WeightPayload source) {
    tensors.add(new InflatedTensor(module + ".weight", null, columns, source, Fill.constant(1f)));
  }

  private void random(String name, Axis rows, Axis columns, WeightPayload source) {
    long own = seed * 0x9E3779B97F4A7C15L + name.hashCode();
    tensors.add(new InflatedTensor(name, rows, columns, source, Fill.random(own)));
  }
}

package dev.unmask.scheduler;

import java.util.Arrays;

/**
 * A two-layer network of hashes over a {@link ToyKvStore}. An output depends on every visible
 * token, its position, and on what those positions saw when they were last computed; a stale or
 * wrongly visible cache entry changes it. Runs plans without an engine.
 */
final class ToyEngine {
  static final int VOCAB = 50;
  static final int MASK = 49;
  static final int EOS = 48;
  static final int CANDIDATES = 4;

  final ToyKvStore store;
  private final double sharpness;

  ToyEngine(int slots, int maxContext, double sharpness) {
    this(new ToyKvStore(slots, maxContext, Long.MAX_VALUE), sharpness);
  }

  ToyEngine(ToyKvStore store, double sharpness) {
    this.store = store;
    this.sharpness = sharpness;
  }

  static ModelTraits traits(AttentionKind attention, boolean shift, int maxContext) {
    var all = java.util.EnumSet.allOf(dev.unmask.scheduler.parameters.Algorithm.class);
    return new ModelTraits(
        attention,
        shift,
        VOCAB,
        MASK,
        new int[] {EOS},
        maxContext,
        all,
        dev.unmask.scheduler.parameters.Algorithm.D2F,
        java.util.Map.of());
  }

  static StepOutputs outputs() {
    return new StepOutputs(CANDIDATES, new int[] {EOS, MASK});
  }

  void run(StepPlan plan, StepOutputs outputs) {
    store.prepare(plan);
    outputs.resize(plan.outputCount());
    long[] logitsSeed = new long[plan.queryCount()];
    for (int row = 0; row < plan.rowCount(); row++) {
      int first = plan.queryStart(row);
      int end = first + plan.queryCount(row);
      long[] kv0 = store.layer0(plan.slot(row));
      long[] kv1 = store.layer1(plan.slot(row));
      int at = plan.cacheStart(row);
      for (int q = first; q < end; q++) {
        kv0[at + q - first] = mix(plan.tokenId(q) * 1000003L + plan.positionId(q));
      }
      long[] hidden = new long[end - first];
      for (int q = first; q < end; q++) {
        hidden[q - first] = see(kv0, at + q - first, plan.visibleFrom(q), plan.visibleTo(q));
      }
      for (int q = first; q < end; q++) {
        kv1[at + q - first] = hidden[q - first];
      }
      for (int q = first; q < end; q++) {
        logitsSeed[q] = see(kv1, at + q - first, plan.visibleFrom(q), plan.visibleTo(q));
      }
    }
    for (int o = 0; o < plan.outputCount(); o++) {
      fill(outputs, o, logitsSeed[plan.outputQuery(o)]);
    }
  }

  private static long see(long[] kv, int self, int from, int to) {
    long sum = mix(kv[self]);
    for (int j = from; j < to; j++) {
      sum += mix(kv[j] * 31 + 7);
    }
    return mix(sum);
  }

  private void fill(StepOutputs outputs, int o, long seed) {
    double[] logits = logits(seed);
    double sum = 0;
    Integer[] order = new Integer[VOCAB];
    for (int v = 0; v < VOCAB; v++) {
      order[v] = v;
      sum += Math.exp(logits[v]);
    }
    Arrays.sort(order, (a, b) -> Double.compare(logits[b], logits[a]));
    double logSumExp = Math.log(sum);
    double entropy = 0;
    for (double logit : logits) {
      entropy -= Math.exp(logit - logSumExp) * (logit - logSumExp);
    }
    for (int c = 0; c < CANDIDATES; c++) {
      outputs.setCandidate(o, c, order[c], (float) logits[order[c]]);
    }
    outputs.setDistribution(o, (float) logSumExp, (float) entropy);
    for (int s = 0; s < outputs.specialCount(); s++) {
      outputs.setSpecialLogit(o, s, (float) logits[outputs.specialTokenId(s)]);
    }
  }

  private double[] logits(long seed) {
    double[] logits = new double[VOCAB];
    for (int v = 0; v < VOCAB; v++) {
      logits[v] = sharpness * ((mix(seed + v) >>> 40) / (double) (1 << 24));
    }
    return logits;
  }

  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

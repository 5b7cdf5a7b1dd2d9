package dev.unmask.scheduler;

import dev.unmask.scheduler.unmask.Proposals;

/**
 * One token per pass; the cache is exact. The first pass is the prompt's, or what of it is not kept
 * from another request; after a preemption it is that of all tokens so far.
 */
final class AutoregressiveDecoder extends Decoder {
  /** A position sees what is before it, so that any common prefix has the same cache. */
  private static final int CAUSAL = 1;

  /** Cache indices before this hold keys and values of their tokens. */
  private int cachedEnd;

  AutoregressiveDecoder(Sequence sequence, Proposals proposals) {
    super(sequence, proposals, true);
  }

  @Override
  boolean advance() {
    int generated = sequence.length() - sequence.responseStart();
    return !sequence.stopped() && generated < parameters.maxTokens();
  }

  @Override
  int queryCount() {
    return sequence.length() - cachedEnd;
  }

  @Override
  void plan(StepPlan plan) {
    RowKind kind = cachedEnd < sequence.responseStart() ? RowKind.PREFILL : RowKind.DENOISE;
    addSpan(plan, kind, cachedEnd, sequence.length());
    plan.addOutput(plan.queryCount() - 1);
  }

  @Override
  void apply(StepOutputs outputs, int first) {
    cachedEnd = sequence.length();
    choose(outputs, first, cachedEnd);
    sequence.appendMasks(1);
    sequence.commit(cachedEnd, chooser.token(), outputs, first);
  }

  @Override
  void cacheLost() {
    cachedEnd = 0;
  }

  @Override
  int reuseGranularity() {
    return CAUSAL;
  }

  /** The last token is computed in any case: its output predicts the next. */
  @Override
  int restorableEnd() {
    return sequence.length() - 1;
  }

  @Override
  void restored(int positions) {
    cachedEnd = positions;
  }

  @Override
  int exactEnd() {
    return cachedEnd;
  }

  @Override
  protected int visibleTo(int position) {
    return position + 1;
  }
}

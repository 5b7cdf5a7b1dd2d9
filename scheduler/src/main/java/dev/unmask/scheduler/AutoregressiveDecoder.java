package dev.unmask.scheduler;

import dev.unmask.scheduler.unmask.Proposals;

/** One token per pass; the cache is exact. The first pass is the prompt's. */
final class AutoregressiveDecoder extends Decoder {
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
    RowKind kind = cachedEnd == 0 ? RowKind.PREFILL : RowKind.DENOISE;
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
  protected int visibleTo(int position) {
    return position + 1;
  }
}

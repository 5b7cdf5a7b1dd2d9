package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters.Dream;
import dev.unmask.scheduler.parameters.DecodingParameters.DreamAlg;
import dev.unmask.scheduler.unmask.CounterRandom;
import dev.unmask.scheduler.unmask.Proposals;

/**
 * Dream's samplers: full passes over a time schedule. A step that commits nothing is skipped, pass
 * and all, since it would change nothing.
 *
 * <p>The schedule is computed in float, as published.
 */
final class DreamDecoder extends FullAttentionDecoder {
  private final Dream dream;
  private int step;
  private int masksLeft;

  DreamDecoder(Sequence sequence, Proposals proposals, Dream dream) {
    super(sequence, proposals, false);
    this.dream = dream;
    for (int i = 0; i < sequence.length(); i++) {
      masksLeft += sequence.isMasked(i) ? 1 : 0;
    }
  }

  @Override
  boolean advance() {
    if (trimmed()) {
      return false;
    }
    while (masksLeft > 0 && step < dream.steps() && !commitsSomething()) {
      step++;
    }
    return masksLeft > 0 && step < dream.steps();
  }

  private boolean commitsSomething() {
    if (dream.alg() != DreamAlg.ORIGIN) {
      return quota() > 0;
    }
    for (int position = 0; position < sequence.length(); position++) {
      if (sequence.isMasked(position) && drawn(position)) {
        return true;
      }
    }
    return false;
  }

  /** Share of the masks left that this step commits. */
  private float share() {
    return 1 - time(step + 1) / time(step);
  }

  /** Entry of {@code linspace(1, eps, steps + 1)}, from both ends as PyTorch computes it. */
  private float time(int index) {
    float start = 1;
    float end = (float) dream.eps();
    float increment = (end - start) / dream.steps();
    return index < (dream.steps() + 1) / 2
        ? start + increment * index
        : end - increment * (dream.steps() - index);
  }

  private int quota() {
    return step == dream.steps() - 1 ? masksLeft : (int) (masksLeft * share());
  }

  private boolean drawn(int position) {
    return step == dream.steps() - 1
        || CounterRandom.uniform(
                parameters.sampling().seed(), CounterRandom.POSITION, position, step)
            < share();
  }

  @Override
  int queryCount() {
    return sequence.length();
  }

  /** Every pass computes everything. */
  @Override
  void cacheLost() {}

  @Override
  void plan(StepPlan plan) {
    addSpan(plan, RowKind.DENOISE, 0, sequence.length());
    addOutputs(plan, 0, sequence.length());
  }

  @Override
  void apply(StepOutputs outputs, int first) {
    propose(outputs, first, 0, sequence.length());
    if (dream.alg() == DreamAlg.ORIGIN) {
      for (int i = 0; i < proposals.count(); i++) {
        if (drawn(proposals.position(i))) {
          proposals.choose(i);
        }
      }
    } else {
      proposals.chooseBest(quota());
    }
    commitChosen(outputs);
    masksLeft -= proposals.chosenCount();
    step++;
  }

  /** The steps are counted, and what the last one leaves stays masked. */
  @Override
  protected boolean mayWait() {
    return false;
  }

  @Override
  protected double score(int position) {
    double confidence =
        switch (dream.alg()) {
          case ORIGIN, MASKGIT_PLUS -> chooser.confidence();
          case TOPK_MARGIN -> chooser.margin();
          case ENTROPY -> chooser.negativeEntropy();
        };
    // The k largest of score + Gumbel noise are a draw of k from softmax(score) without
    // replacement.
    return dream.algTemp() > 0
        ? confidence / dream.algTemp()
            + CounterRandom.gumbel(
                parameters.sampling().seed(), CounterRandom.POSITION, position, step)
        : confidence;
  }
}

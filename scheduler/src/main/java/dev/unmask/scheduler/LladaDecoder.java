package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters.Llada;
import dev.unmask.scheduler.parameters.DecodingParameters.Remasking;
import dev.unmask.scheduler.unmask.Proposals;
import dev.unmask.scheduler.unmask.UnmaskPolicies;
import dev.unmask.scheduler.unmask.UnmaskPolicy;
import java.util.List;

/**
 * LLaDA's sampler: full passes without a cache, a fixed number of commits per step, blocks from
 * left to right. With guidance the row holds two copies of the sequence, the second with its prompt
 * masked; each sees only itself.
 *
 * <p>{@code confidence_eos_eot_inf} has its documented meaning, end tokens are committed last; the
 * published code sets it on the wrong tensor.
 */
final class LladaDecoder extends FullAttentionDecoder {
  private final Llada llada;
  private final UnmaskPolicy policy = UnmaskPolicies.quota();
  private final List<Block> blocks;
  private final int maskTokenId;
  private final boolean[] given;
  private final int[] endOfText;
  private QuotaSchedule schedule;
  private int block;
  private int step;

  LladaDecoder(Sequence sequence, Proposals proposals, Llada llada, int maskTokenId) {
    super(sequence, proposals, true);
    this.llada = llada;
    this.maskTokenId = maskTokenId;
    this.blocks = blocks(llada.blockLength());
    this.given = new boolean[llada.cfgScale() > 0 ? sequence.length() : 0];
    for (int i = 0; i < given.length; i++) {
      given[i] = !sequence.isMasked(i);
    }
    this.endOfText = llada.logitsEosInf() ? new int[] {parameters.stopTokenIds()[0]} : new int[0];
    this.schedule = scheduleOf(blocks.get(0));
  }

  private QuotaSchedule scheduleOf(Block next) {
    return new QuotaSchedule(next.masksLeft(), llada.steps() / blocks.size());
  }

  @Override
  boolean advance() {
    if (trimmed()) {
      return false;
    }
    // A step without a quota would change nothing, and neither would its pass.
    while (step < schedule.steps() && schedule.quota(step) == 0) {
      step++;
    }
    if (step == schedule.steps()) {
      step = 0;
      block++;
      if (block == blocks.size()) {
        return false;
      }
      schedule = scheduleOf(blocks.get(block));
    }
    return true;
  }

  @Override
  int queryCount() {
    return llada.cfgScale() > 0 ? 2 * sequence.length() : sequence.length();
  }

  @Override
  int cachePositions() {
    return queryCount();
  }

  /** Every pass computes everything. */
  @Override
  void cacheLost() {}

  @Override
  void plan(StepPlan plan) {
    Block current = blocks.get(block);
    int first = plan.queryCount();
    int length = sequence.length();
    addSpan(plan, RowKind.DENOISE, 0, length);
    if (llada.cfgScale() == 0) {
      addOutputs(plan, current.start, current.end);
      return;
    }
    for (int position = 0; position < length; position++) {
      int token = given[position] ? maskTokenId : sequence.tokenId(position);
      plan.addQuery(token, position, length, 2 * length);
    }
    for (int position = current.start; position < current.end; position++) {
      if (sequence.isMasked(position)) {
        int conditional = first + predictor(position);
        plan.addGuidedOutput(conditional, conditional + length, llada.cfgScale() + 1);
      }
    }
  }

  @Override
  void apply(StepOutputs outputs, int first) {
    Block current = blocks.get(block);
    propose(outputs, first, current.start, current.end);
    policy.choose(proposals, schedule.quota(step));
    commitChosen(outputs);
    current.committed(proposals.chosenCount());
    step++;
  }

  /** The steps are counted, and what the last one leaves stays masked. */
  @Override
  protected boolean mayWait() {
    return false;
  }

  @Override
  protected double score(int position) {
    double score =
        llada.remasking() == Remasking.RANDOM ? randomScore(position) : chooser.confidence();
    boolean last = llada.confidenceEosEotInf() && parameters.isStop(chooser.token());
    return last ? score - 2 : score;
  }

  @Override
  protected int[] suppressed(int position) {
    int[] ends = super.suppressed(position);
    return ends.length > 0 ? ends : endOfText;
  }
}

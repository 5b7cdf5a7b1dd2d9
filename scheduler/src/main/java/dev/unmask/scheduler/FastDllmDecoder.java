package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters.CacheMode;
import dev.unmask.scheduler.parameters.DecodingParameters.FastDllm;
import dev.unmask.scheduler.parameters.DecodingParameters.Remasking;
import dev.unmask.scheduler.unmask.Proposals;
import dev.unmask.scheduler.unmask.UnmaskPolicies;
import dev.unmask.scheduler.unmask.UnmaskPolicy;
import java.util.List;

/**
 * Fast-dLLM: blocks from left to right, committed by confidence. The full pass at the start of a
 * block fills the whole cache; later passes of the block recompute from the block on (prefix) or
 * the block alone (dual), against cached keys and values that grow stale until the next full pass.
 *
 * <p>A lost cache is restored by that full pass over the tokens of its time; what later passes
 * replaced is what the next pass replaces.
 */
final class FastDllmDecoder extends FullAttentionDecoder {
  private final FastDllm fast;
  private final UnmaskPolicy policy;
  private final List<Block> blocks;
  private QuotaSchedule schedule;
  private int block;
  private int step;

  /** Forward pass that filled the cache for this block. */
  private int refreshPass;

  private boolean refreshLost;

  FastDllmDecoder(Sequence sequence, Proposals proposals, FastDllm fast) {
    super(sequence, proposals, true);
    this.fast = fast;
    this.blocks = blocks(fast.blockLength());
    if (!Double.isNaN(fast.threshold())) {
      policy = UnmaskPolicies.atLeast(fast.threshold());
    } else if (!Double.isNaN(fast.factor())) {
      policy = UnmaskPolicies.factor(fast.factor());
    } else {
      policy = UnmaskPolicies.quota();
    }
    schedule = scheduleOf(blocks.get(0));
  }

  private QuotaSchedule scheduleOf(Block next) {
    return new QuotaSchedule(next.masksLeft(), fast.steps() / blocks.size());
  }

  @Override
  boolean advance() {
    if (trimmed()) {
      return false;
    }
    if (blocks.get(block).masksLeft() == 0) {
      block++;
      step = 0;
      if (block == blocks.size()) {
        return false;
      }
      schedule = scheduleOf(blocks.get(block));
    }
    return true;
  }

  private boolean full() {
    return step == 0 || fast.cache() == CacheMode.NONE;
  }

  @Override
  void cacheLost() {
    refreshLost = true;
  }

  @Override
  boolean recomputesOnly() {
    return refreshLost && !full();
  }

  private int from() {
    return full() || refreshLost ? 0 : predictor(blocks.get(block).start);
  }

  private int to() {
    return full() || refreshLost || fast.cache() == CacheMode.PREFIX
        ? sequence.length()
        : blocks.get(block).end;
  }

  @Override
  int queryCount() {
    return to() - from();
  }

  @Override
  void plan(StepPlan plan) {
    if (recomputesOnly()) {
      addSpanOfPass(plan, refreshPass);
      return;
    }
    Block current = blocks.get(block);
    boolean refresh = full() && fast.cache() != CacheMode.NONE;
    addSpan(plan, refresh ? RowKind.REFRESH : RowKind.DENOISE, from(), to());
    addOutputs(plan, current.start, current.end);
  }

  @Override
  void apply(StepOutputs outputs, int first) {
    boolean onlyRestored = recomputesOnly();
    refreshLost = false;
    if (onlyRestored) {
      return;
    }
    refreshPass = full() ? sequence.forwardPasses() : refreshPass;
    Block current = blocks.get(block);
    propose(outputs, first, current.start, current.end);
    // Beyond the schedule's last step nothing is left under a quota; one at least in any case.
    policy.choose(proposals, Math.max(1, step < schedule.steps() ? schedule.quota(step) : 1));
    commitChosen(outputs);
    current.committed(proposals.chosenCount());
    step++;
  }

  @Override
  protected double score(int position) {
    return fast.remasking() == Remasking.RANDOM ? randomScore(position) : chooser.confidence();
  }
}

package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.DecodingParameters.BlockDiffusion;
import dev.unmask.scheduler.parameters.DecodingParameters.RemaskingStrategy;
import dev.unmask.scheduler.unmask.Proposals;
import dev.unmask.scheduler.unmask.UnmaskPolicies;
import dev.unmask.scheduler.unmask.UnmaskPolicy;

/**
 * Block diffusion, one block at a time on a grid that starts at position 0: whole prompt blocks are
 * stored block-causally, the rest of the prompt shares the first generated block. The pass that
 * stores a finished block is also the first pass of the next, and the last block is not stored,
 * which saves the published code's extra passes without changing a token.
 */
final class BlockDiffusionDecoder extends Decoder {
  private final BlockDiffusion diffusion;
  private final UnmaskPolicy policy;
  private final QuotaSchedule schedule;
  private final int lastEnd;

  /** End of the blocks that lie within the prompt. */
  private final int promptBlocksEnd;

  /** Cache indices before this hold keys and values of final tokens. */
  private int cachedEnd;

  private Block block;
  private int step;

  BlockDiffusionDecoder(Sequence sequence, Proposals proposals, BlockDiffusion diffusion) {
    super(sequence, proposals, false);
    this.diffusion = diffusion;
    int length = diffusion.blockLength();
    schedule = new QuotaSchedule(length, diffusion.denoisingSteps());
    lastEnd = blockEnd(sequence.length() + parameters.maxTokens() - 1);
    policy =
        switch (diffusion.strategy()) {
          case LOW_CONFIDENCE_DYNAMIC ->
              UnmaskPolicies.dynamic(diffusion.threshold(), diffusion.dynamicFallback());
          case LOW_CONFIDENCE_STATIC -> UnmaskPolicies.quota();
          case SEQUENTIAL -> UnmaskPolicies.leftmost();
          case ENTROPY_BOUNDED -> UnmaskPolicies.entropyBound(diffusion.ebThreshold());
        };
    promptBlocksEnd = sequence.length() / length * length;
    openBlock(promptBlocksEnd);
  }

  private void openBlock(int start) {
    int end = start + diffusion.blockLength();
    int masks = end - sequence.length();
    sequence.appendMasks(masks);
    block = new Block(start, end, masks);
    step = 0;
  }

  private int blockEnd(int position) {
    return (position / diffusion.blockLength() + 1) * diffusion.blockLength();
  }

  @Override
  boolean advance() {
    if (parameters.trimAfterEos() && sequence.stopped()) {
      return false;
    }
    if (block.masksLeft() > 0) {
      return true;
    }
    if (sequence.stopped() || block.end == lastEnd) {
      return false;
    }
    openBlock(block.end);
    return true;
  }

  private int from() {
    // The cached tokens before the block are final, so computing the last again changes nothing.
    return cachedEnd == block.start && sequence.isMasked(cachedEnd)
        ? predictor(cachedEnd)
        : cachedEnd;
  }

  @Override
  int queryCount() {
    return block.end - from();
  }

  @Override
  void plan(StepPlan plan) {
    // A prompt shorter than a block is computed in every pass of the first block.
    boolean prefill = cachedEnd == 0 || cachedEnd < promptBlocksEnd;
    addSpan(plan, prefill ? RowKind.PREFILL : RowKind.DENOISE, from(), block.end);
    addOutputs(plan, block.start, block.end);
  }

  @Override
  void apply(StepOutputs outputs, int first) {
    cachedEnd = block.start;
    propose(outputs, first, block.start, block.end);
    // A policy without a quota may need more steps than the schedule has.
    int quota = step < schedule.steps() ? schedule.quota(step) : 1;
    policy.choose(proposals, Math.min(quota, proposals.count()));
    commitChosen(outputs);
    block.committed(proposals.chosenCount());
    step++;
  }

  @Override
  void cacheLost() {
    cachedEnd = 0;
  }

  @Override
  int reuseGranularity() {
    return diffusion.blockLength();
  }

  @Override
  int restorableEnd() {
    return block.start;
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
  protected double score(int position) {
    return diffusion.strategy() == RemaskingStrategy.ENTROPY_BOUNDED
        ? chooser.negativeEntropy()
        : chooser.confidence();
  }

  @Override
  protected int visibleTo(int position) {
    return blockEnd(position);
  }
}

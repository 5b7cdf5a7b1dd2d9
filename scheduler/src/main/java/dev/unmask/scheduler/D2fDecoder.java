package dev.unmask.scheduler;

import dev.unmask.scheduler.kv.PrefixIndex;
import dev.unmask.scheduler.parameters.DecodingParameters.D2f;
import dev.unmask.scheduler.unmask.Proposals;
import dev.unmask.scheduler.unmask.UnmaskPolicies;
import dev.unmask.scheduler.unmask.UnmaskPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * Discrete Diffusion Forcing: blocks are appended while earlier ones are still being denoised, and
 * all of them share a pass. A block without masks whose predecessors have none either is resolved;
 * the next pass computes it once more over its final tokens, beside the blocks still active, and
 * from then on its keys and values are exact and it leaves the row.
 *
 * <p>With {@code trim_after_eos} blocks behind the first committed end token are dropped and
 * nothing behind it is committed any more.
 */
final class D2fDecoder extends Decoder {
  private final D2f d2f;
  private final UnmaskPolicy aboveThreshold;
  private final List<Block> blocks = new ArrayList<>();
  private final ActiveBlockLimit activeBlocks;
  private final Opening opening;
  private final int maxBlocks;

  /** Blocks before this index are committed: exact in the cache, no longer computed. */
  private int firstLive;

  /** Blocks in {@code [firstLive, firstActive)} are resolved. */
  private int firstActive;

  private int firstEnd = Integer.MAX_VALUE;

  /** Committed positions from here on have lost their cache; those of live blocks need none. */
  private int lostFrom = Integer.MAX_VALUE;

  D2fDecoder(
      Sequence sequence,
      Proposals proposals,
      D2f d2f,
      ActiveBlockLimit activeBlocks,
      Opening opening) {
    super(sequence, proposals, false);
    this.d2f = d2f;
    this.activeBlocks = activeBlocks;
    this.opening = opening;
    this.aboveThreshold = UnmaskPolicies.above(d2f.skipThreshold());
    this.maxBlocks = (parameters.maxTokens() + d2f.blockSize() - 1) / d2f.blockSize();
    Block prompt = new Block(0, sequence.length(), 0);
    prompt.activateFully();
    prompt.transition(BlockState.RESOLVED);
    blocks.add(prompt);
    firstActive = 1;
  }

  @Override
  boolean advance() {
    if (parameters.trimAfterEos() && sequence.stopped()) {
      return false;
    }
    int start = sequence.length();
    int end = Math.min(start + d2f.blockSize(), sequence.responseStart() + parameters.maxTokens());
    if (mayAppend(end - start)) {
      sequence.appendMasks(end - start);
      blocks.add(new Block(start, end, end - start));
    }
    for (int b = Math.max(0, firstActive - 1); b + 1 < blocks.size(); b++) {
      if (blocks.get(b).committedShare() >= d2f.decodedTokenThreshold()) {
        blocks.get(b + 1).activateFully();
      }
    }
    return firstActive < blocks.size();
  }

  /**
   * Whether the next block may be added.
   *
   * @param length its positions
   */
  private boolean mayAppend(int length) {
    int active = blocks.size() - firstActive;
    return blocks.size() - 1 < maxBlocks
        && firstEnd == Integer.MAX_VALUE
        && blocks.get(blocks.size() - 1).committedShare() >= d2f.blockAddThreshold()
        && active < activeBlocks.blocks(d2f)
        && (active == 0 || opening.pays(ownQueries(), length, active, activeMasks()));
  }

  /** Query positions of the next row, were it not for a cache that was lost to others. */
  private int ownQueries() {
    return sequence.length() - blocks.get(firstLive).start;
  }

  private int activeMasks() {
    int masks = 0;
    for (int b = firstActive; b < blocks.size(); b++) {
      masks += blocks.get(b).masksLeft();
    }
    return masks;
  }

  private int from() {
    int start = Math.min(lostFrom, blocks.get(firstLive).start);
    return sequence.isMasked(start) ? predictor(start) : start;
  }

  @Override
  int queryCount() {
    return sequence.length() - from();
  }

  @Override
  void plan(StepPlan plan) {
    int from = from();
    addSpan(plan, from == 0 ? RowKind.PREFILL : RowKind.DENOISE, from, sequence.length());
    addOutputs(plan, blocks.get(firstActive).start, wantedEnd());
  }

  @Override
  void cacheLost() {
    lostFrom = 0;
  }

  /** A prompt attends within itself both ways: every position depends on all of it. */
  @Override
  int reuseGranularity() {
    return PrefixIndex.WHOLE;
  }

  @Override
  int restorableEnd() {
    return sequence.responseStart();
  }

  @Override
  void restored(int positions) {
    lostFrom = positions;
    if (firstLive == 0) {
      blocks.get(firstLive++).transition(BlockState.COMMITTED);
    }
  }

  @Override
  int exactEnd() {
    return firstLive > 0 && lostFrom > 0 ? sequence.responseStart() : 0;
  }

  /** Masked positions from here on need no token. */
  private int wantedEnd() {
    return parameters.trimAfterEos() ? Math.min(firstEnd, sequence.length()) : sequence.length();
  }

  @Override
  void apply(StepOutputs outputs, int first) {
    int wantedEnd = wantedEnd();
    for (int b = firstLive; b < firstActive; b++) {
      blocks.get(b).transition(BlockState.COMMITTED);
    }
    firstLive = firstActive;
    lostFrom = Integer.MAX_VALUE;

    opening.beginPass();
    int o = first;
    int end = blocks.size();
    for (int b = firstActive; b < end; b++) {
      Block block = blocks.get(b);
      if (block.start >= wantedEnd) {
        break;
      }
      o = denoise(block, Math.min(block.end, wantedEnd), outputs, o);
      opening.observe(
          b - firstActive, block.firstPass(), proposals.count(), proposals.chosenCount());
    }
    while (firstActive < blocks.size() && blocks.get(firstActive).masksLeft() == 0) {
      blocks.get(firstActive++).transition(BlockState.RESOLVED);
    }
    if (parameters.trimAfterEos() && firstEnd < sequence.length()) {
      dropBlocksBehind(firstEnd);
    }
  }

  /** Commits what the pass decided for one block; returns the index of the next block's output. */
  private int denoise(Block block, int end, StepOutputs outputs, int first) {
    int o = propose(outputs, first, block.start, end);
    aboveThreshold.choose(proposals, 0);
    if (proposals.chosenCount() == 0 && block.fullyActivated()) {
      proposals.chooseBest(1);
    }
    commitChosen(outputs);
    for (int i = 0; i < proposals.count(); i++) {
      if (proposals.chosen(i) && parameters.isStop(proposals.token(i))) {
        firstEnd = Math.min(firstEnd, proposals.position(i));
      }
    }
    block.committed(proposals.chosenCount());
    return o;
  }

  @Override
  protected double score(int position) {
    return switch (d2f.ranking()) {
      case CONFIDENCE -> chooser.confidence();
      case MARGIN -> chooser.margin();
      case ENTROPY -> chooser.negativeEntropy();
    };
  }

  private void dropBlocksBehind(int position) {
    int last = blocks.size() - 1;
    while (blocks.get(last).start > position) {
      blocks.remove(last--);
    }
    sequence.truncate(blocks.get(last).end);
    firstActive = Math.min(firstActive, blocks.size());
  }

  @Override
  protected int visibleTo(int position) {
    int promptEnd = sequence.responseStart();
    if (position < promptEnd) {
      return promptEnd;
    }
    int blockIndex = (position - promptEnd) / d2f.blockSize();
    return Math.min(promptEnd + (blockIndex + 1) * d2f.blockSize(), sequence.length());
  }
}

package dev.unmask.scheduler;

import dev.unmask.scheduler.unmask.Proposals;
import java.util.ArrayList;
import java.util.List;

/**
 * What the samplers of bidirectional models share: all response positions are masked from the
 * start, every position sees every position, and blocks are runs of masked positions in order (in
 * an infill a block may have given tokens between its masks).
 */
abstract class FullAttentionDecoder extends Decoder {
  FullAttentionDecoder(Sequence sequence, Proposals proposals, boolean plainConfidence) {
    super(sequence, proposals, plainConfidence);
    if (!sequence.isInfill()) {
      sequence.appendMasks(parameters.maxTokens());
    }
  }

  /** Cuts the masked positions into blocks of {@code blockLength} masks each. */
  protected final List<Block> blocks(int blockLength) {
    List<Block> blocks = new ArrayList<>();
    int start = -1;
    int masks = 0;
    for (int position = 0; position < sequence.length(); position++) {
      if (sequence.isMasked(position)) {
        start = masks == 0 ? position : start;
        masks++;
        if (masks == blockLength) {
          blocks.add(new Block(start, position + 1, masks));
          masks = 0;
        }
      }
    }
    if (masks > 0) {
      throw new IllegalStateException(masks + " masks beyond the last block of " + blockLength);
    }
    return blocks;
  }

  /** Adds a row over all positions as they stood in an earlier forward pass, without outputs. */
  protected final void addSpanOfPass(StepPlan plan, int pass) {
    plan.beginRow(sequence.slot(), RowKind.REFRESH, 0);
    for (int position = 0; position < sequence.length(); position++) {
      plan.addQuery(sequence.tokenIdInPass(position, pass), position, 0, visibleTo(position));
    }
  }

  @Override
  protected final int visibleTo(int position) {
    return sequence.length();
  }

  /** Whether the rest is not worth computing, because the answer is complete. */
  protected final boolean trimmed() {
    return parameters.trimAfterEos() && sequence.stopped();
  }
}

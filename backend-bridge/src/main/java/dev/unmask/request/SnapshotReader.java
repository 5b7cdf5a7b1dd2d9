package dev.unmask.request;

import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.SequenceView;
import java.util.Arrays;

/** Shows what the newest pass of a sequence committed. Reused buffers; decode thread. */
final class SnapshotReader {
  private final TextTokenizer tokenizer;
  private int[] positions = new int[32];

  SnapshotReader(TextTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * The snapshot of the pass that has just committed tokens.
   *
   * @param elapsedMicros time since the first step, in microseconds
   */
  BlockSnapshot read(SequenceView sequence, long elapsedMicros) {
    int start = sequence.responseStart();
    int pass = 0;
    int count = 0;
    for (int position = start; position < sequence.length(); position++) {
      int committed = sequence.isMasked(position) ? 0 : sequence.committedInPass(position);
      if (committed > pass) {
        pass = committed;
        count = 0;
      }
      if (committed == pass && pass > 0) {
        if (count == positions.length) {
          positions = Arrays.copyOf(positions, 2 * count);
        }
        positions[count++] = position - start;
      }
    }
    int[] committedAt = Arrays.copyOf(positions, count);
    int[] ids = new int[count];
    String[] texts = new String[count];
    for (int i = 0; i < count; i++) {
      ids[i] = sequence.tokenId(start + committedAt[i]);
      texts[i] = tokenizer.tokenText(ids[i]);
    }
    return new BlockSnapshot(
        pass,
        sequence.length() - start,
        committedAt,
        ids,
        texts,
        sequence.committedEnd() - start,
        elapsedMicros);
  }
}

package dev.unmask.bridge.engine.step;

import dev.unmask.scheduler.StepPlan;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Lays rows of a plan out in a graph's inputs. Every row has the same number of query positions:
 * shorter ones are padded. A padding position carries token 0 and sees cache index 0 of its row, so
 * that no position attends to nothing; it is written to the cache like any other, behind the row's
 * own. Not thread-safe.
 */
public final class InputWriter {
  /** Stands for a row of the batch that no row of the plan has: all of it is padding. */
  public static final int PADDING = -1;

  private static final int LONG = Long.BYTES;

  private final boolean guided;
  private final byte[] hidden;
  private final byte[] visible;

  /**
   * @param guided whether the graph has the inputs of guidance
   * @param maxContext largest cache capacity
   */
  public InputWriter(boolean guided, int maxContext) {
    this.guided = guided;
    hidden = new byte[maxContext];
    visible = new byte[maxContext];
    Arrays.fill(visible, (byte) 1);
  }

  /**
   * Fills the inputs for a run.
   *
   * @param planRows for each row of the run, its row in the plan or {@link #PADDING}
   * @param writeIndices for each row of the run that is padding, the cache index to write it at
   * @param rows number of rows
   * @param length query positions of each row, padding included
   * @param capacity cache capacity
   * @param outputs outputs to compute, at least those of the rows; the rest repeat the first query
   */
  public void write(
      StepPlan plan,
      int[] planRows,
      int[] writeIndices,
      int rows,
      int length,
      int capacity,
      int outputs,
      InputBuffers buffers) {
    int output = 0;
    for (int r = 0; r < rows; r++) {
      int row = planRows[r];
      boolean padding = row == PADDING;
      int start = padding ? writeIndices[r] : plan.cacheStart(row);
      buffers.writeIndices().putLong(r * LONG, start);
      int count = padding ? 0 : plan.queryCount(row);
      int base = r * length;
      for (int i = 0; i < count; i++) {
        int query = plan.queryStart(row) + i;
        buffers.inputIds().putLong((base + i) * LONG, plan.tokenId(query));
        buffers.positionIds().putLong((base + i) * LONG, plan.positionId(query));
        see(buffers, base + i, plan.visibleFrom(query), plan.visibleTo(query), capacity);
      }
      for (int i = count; i < length; i++) {
        buffers.inputIds().putLong((base + i) * LONG, 0);
        buffers.positionIds().putLong((base + i) * LONG, 0);
        see(buffers, base + i, 0, 1, capacity);
      }
      if (!padding) {
        output = writeOutputs(plan, row, base, output, buffers);
      }
    }
    while (output < outputs) {
      writeOutput(output++, 0, 0, 1f, buffers);
    }
  }

  private void see(InputBuffers buffers, int at, int from, int to, int capacity) {
    ByteBuffer mask = buffers.attentionMask();
    int begin = at * capacity;
    mask.put(begin, hidden, 0, from);
    mask.put(begin + from, visible, 0, to - from);
    mask.put(begin + to, hidden, 0, capacity - to);
  }

  private int writeOutputs(StepPlan plan, int row, int base, int output, InputBuffers buffers) {
    int next = output;
    int shift = base - plan.queryStart(row);
    for (int o = plan.outputStart(row); o < plan.outputStart(row + 1); o++) {
      writeOutput(
          next++,
          plan.outputQuery(o) + shift,
          plan.outputUnconditionalQuery(o) + shift,
          plan.outputGuidance(o),
          buffers);
    }
    return next;
  }

  private void writeOutput(
      int output, int conditional, int unconditional, float factor, InputBuffers buffers) {
    buffers.outputRows().putLong(output * LONG, conditional);
    if (guided) {
      buffers.unconditionalRows().putLong(output * LONG, unconditional);
      buffers.guidance().putFloat(output * Float.BYTES, factor);
    }
  }
}

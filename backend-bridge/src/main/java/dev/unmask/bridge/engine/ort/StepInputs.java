package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.unmask.scheduler.StepPlan;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The small inputs of a run, in memory that is reused from run to run. Padding positions carry
 * token 0 and see cache index 0 of their row.
 */
final class StepInputs implements AutoCloseable {
  private static final int LONG = Long.BYTES;

  private final boolean guided;
  private final byte[] hidden;
  private final byte[] visible;
  private final TensorBuffer inputIds;
  private final TensorBuffer positionIds;
  private final TensorBuffer attentionMask;
  private final TensorBuffer writeIndices;
  private final TensorBuffer outputRows;
  private final TensorBuffer unconditionalRows;
  private final TensorBuffer guidance;

  /**
   * @param guided whether the graph has the inputs of guidance
   * @param maxContext largest cache capacity
   */
  StepInputs(OrtEnvironment environment, boolean guided, int maxContext) {
    this.guided = guided;
    hidden = new byte[maxContext];
    visible = new byte[maxContext];
    Arrays.fill(visible, (byte) 1);
    inputIds = new TensorBuffer(environment, GraphNames.INPUT_IDS, OnnxJavaType.INT64);
    positionIds = new TensorBuffer(environment, GraphNames.POSITION_IDS, OnnxJavaType.INT64);
    attentionMask = new TensorBuffer(environment, GraphNames.ATTENTION_MASK, OnnxJavaType.BOOL);
    writeIndices = new TensorBuffer(environment, GraphNames.WRITE_INDICES, OnnxJavaType.INT64);
    outputRows = new TensorBuffer(environment, GraphNames.OUTPUT_ROWS, OnnxJavaType.INT64);
    unconditionalRows =
        new TensorBuffer(environment, GraphNames.UNCONDITIONAL_ROWS, OnnxJavaType.INT64);
    guidance = new TensorBuffer(environment, GraphNames.GUIDANCE, OnnxJavaType.FLOAT);
  }

  /**
   * Fills the inputs for a run.
   *
   * @param planRows for each row of the run, its row in the plan
   * @param rows number of rows
   * @param length query positions of each row, padding included
   * @param capacity cache capacity
   * @param feeds receives the tensors by input name
   */
  void fill(
      StepPlan plan,
      int[] planRows,
      int rows,
      int length,
      int capacity,
      int outputs,
      Map<String, OnnxTensor> feeds)
      throws OrtException {
    feeds.put(inputIds.name(), inputIds.matrix(rows, length));
    feeds.put(positionIds.name(), positionIds.matrix(rows, length));
    feeds.put(attentionMask.name(), attentionMask.mask(rows, length, capacity));
    feeds.put(writeIndices.name(), writeIndices.vector(rows));
    feeds.put(outputRows.name(), outputRows.vector(outputs));
    if (guided) {
      feeds.put(unconditionalRows.name(), unconditionalRows.vector(outputs));
      feeds.put(guidance.name(), guidance.matrix(outputs, 1));
    }
    int output = 0;
    for (int r = 0; r < rows; r++) {
      int row = planRows[r];
      writeIndices.bytes().putLong(r * LONG, plan.cacheStart(row));
      fillQueries(plan, row, r * length, length, capacity);
      output = fillOutputs(plan, row, r * length, output);
    }
    if (output == 0) {
      fillOutput(0, 0, 0, 1f);
    }
  }

  private void fillQueries(StepPlan plan, int row, int base, int length, int capacity) {
    int first = plan.queryStart(row);
    int count = plan.queryCount(row);
    for (int i = 0; i < length; i++) {
      int at = base + i;
      boolean padding = i >= count;
      inputIds.bytes().putLong(at * LONG, padding ? 0 : plan.tokenId(first + i));
      positionIds.bytes().putLong(at * LONG, padding ? 0 : plan.positionId(first + i));
      int from = padding ? 0 : plan.visibleFrom(first + i);
      int to = padding ? 1 : plan.visibleTo(first + i);
      ByteBuffer mask = attentionMask.bytes();
      int begin = at * capacity;
      mask.put(begin, hidden, 0, from);
      mask.put(begin + from, visible, 0, to - from);
      mask.put(begin + to, hidden, 0, capacity - to);
    }
  }

  private int fillOutputs(StepPlan plan, int row, int base, int output) {
    int next = output;
    int shift = base - plan.queryStart(row);
    for (int o = plan.outputStart(row); o < plan.outputStart(row + 1); o++) {
      fillOutput(
          next++,
          plan.outputQuery(o) + shift,
          plan.outputUnconditionalQuery(o) + shift,
          plan.outputGuidance(o));
    }
    return next;
  }

  private void fillOutput(int output, int conditional, int unconditional, float factor) {
    outputRows.bytes().putLong(output * LONG, conditional);
    if (guided) {
      unconditionalRows.bytes().putLong(output * LONG, unconditional);
      guidance.bytes().putFloat(output * Float.BYTES, factor);
    }
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    List.of(
            guidance,
            unconditionalRows,
            outputRows,
            writeIndices,
            attentionMask,
            positionIds,
            inputIds)
        .forEach(TensorBuffer::close);
  }
}

package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.unmask.bridge.engine.step.GraphNames;
import dev.unmask.bridge.engine.step.InputBuffers;
import dev.unmask.bridge.engine.step.InputWriter;
import dev.unmask.scheduler.StepPlan;
import java.util.List;
import java.util.Map;

/** The small inputs of a run, in memory that is reused from run to run. */
final class StepInputs implements AutoCloseable {
  private static final int[] NO_PADDING_ROWS = {};

  private final boolean guided;
  private final InputWriter writer;
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
    writer = new InputWriter(guided, maxContext);
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
   * @param outputs outputs to compute, at least 1
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
    InputBuffers buffers =
        new InputBuffers(
            inputIds.bytes(),
            positionIds.bytes(),
            attentionMask.bytes(),
            writeIndices.bytes(),
            outputRows.bytes(),
            guided ? unconditionalRows.bytes() : null,
            guided ? guidance.bytes() : null);
    writer.write(plan, planRows, NO_PADDING_ROWS, rows, length, capacity, outputs, buffers);
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

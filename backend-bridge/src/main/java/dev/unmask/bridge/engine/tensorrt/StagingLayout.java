package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.step.GraphNames;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the small inputs and outputs of a run lie in the staging memory. Depends on nothing but the
 * run's shape, so that a recorded run finds everything where it was.
 */
final class StagingLayout {
  /**
   * A tensor.
   *
   * @param offset in bytes from the start of the inputs or outputs
   * @param bytes its size
   * @param shape its dimensions
   */
  record Part(long offset, int bytes, long[] shape) {}

  /**
   * What a model's tensors depend on besides the run.
   *
   * @param capacity cache positions of a row
   * @param guided whether the graph has the inputs of guidance
   * @param candidates per output
   * @param distribution whether the graph gives the expected gap
   * @param specials special tokens
   */
  record Model(int capacity, boolean guided, int candidates, boolean distribution, int specials) {}

  private final Map<String, Part> inputs = new LinkedHashMap<>();
  private final Map<String, Part> outputs = new LinkedHashMap<>();
  private long inputBytes;
  private long outputBytes;

  StagingLayout(Model model, int batch, int query, int rows) {
    input(GraphNames.INPUT_IDS, Long.BYTES, batch, query);
    input(GraphNames.POSITION_IDS, Long.BYTES, batch, query);
    input(GraphNames.ATTENTION_MASK, 1, batch, 1, query, model.capacity());
    input(GraphNames.WRITE_INDICES, Long.BYTES, batch);
    input(GraphNames.OUTPUT_ROWS, Long.BYTES, rows);
    if (model.guided()) {
      input(GraphNames.UNCONDITIONAL_ROWS, Long.BYTES, rows);
      input(GraphNames.GUIDANCE, Float.BYTES, rows, 1);
    }
    output(GraphNames.CANDIDATE_IDS, Long.BYTES, rows, model.candidates());
    output(GraphNames.CANDIDATE_LOGITS, Float.BYTES, rows, model.candidates());
    output(GraphNames.TOP_PROBABILITY, Float.BYTES, rows, 1);
    if (model.distribution()) {
      output(GraphNames.EXPECTED_GAP, Float.BYTES, rows, 1);
    }
    if (model.specials() > 0) {
      output(GraphNames.SPECIAL_LOGITS, Float.BYTES, rows, model.specials());
    }
  }

  private void input(String name, int elementBytes, long... shape) {
    Part part = part(name, inputBytes, elementBytes, shape);
    inputs.put(name, part);
    inputBytes = aligned(part.offset() + part.bytes());
  }

  private void output(String name, int elementBytes, long... shape) {
    Part part = part(name, outputBytes, elementBytes, shape);
    outputs.put(name, part);
    outputBytes = aligned(part.offset() + part.bytes());
  }

  private static Part part(String name, long offset, int elementBytes, long[] shape) {
    long bytes = elementBytes;
    for (long size : shape) {
      bytes *= size;
    }
    if (bytes > Integer.MAX_VALUE) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          name + " of " + bytes + " bytes: build the plan with a lower --max-query-tokens");
    }
    return new Part(offset, (int) bytes, shape);
  }

  private static long aligned(long bytes) {
    return (bytes + KvLayout.ALIGNMENT - 1) / KvLayout.ALIGNMENT * KvLayout.ALIGNMENT;
  }

  /** The inputs by name. */
  Map<String, Part> inputs() {
    return inputs;
  }

  /** The outputs by name. */
  Map<String, Part> outputs() {
    return outputs;
  }

  /** Bytes of all inputs, gaps included. */
  long inputBytes() {
    return inputBytes;
  }

  /** Bytes of all outputs, gaps included. */
  long outputBytes() {
    return outputBytes;
  }
}

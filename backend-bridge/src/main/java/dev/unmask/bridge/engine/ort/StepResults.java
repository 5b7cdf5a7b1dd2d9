package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** The small outputs of a run: pinned to memory that is reused, then copied to the caller's. */
final class StepResults implements AutoCloseable {
  private final boolean distribution;
  private final int candidates;
  private final int specials;
  private final TensorBuffer candidateIds;
  private final TensorBuffer candidateLogits;
  private final TensorBuffer topProbability;
  private final TensorBuffer expectedGap;
  private final TensorBuffer specialLogits;

  /**
   * @param distribution whether the graph gives the expected gap
   * @param candidates candidates of each output
   * @param specials special tokens
   */
  StepResults(OrtEnvironment environment, boolean distribution, int candidates, int specials) {
    this.distribution = distribution;
    this.candidates = candidates;
    this.specials = specials;
    candidateIds = new TensorBuffer(environment, GraphNames.CANDIDATE_IDS, OnnxJavaType.INT64);
    candidateLogits =
        new TensorBuffer(environment, GraphNames.CANDIDATE_LOGITS, OnnxJavaType.FLOAT);
    topProbability = new TensorBuffer(environment, GraphNames.TOP_PROBABILITY, OnnxJavaType.FLOAT);
    expectedGap = new TensorBuffer(environment, GraphNames.EXPECTED_GAP, OnnxJavaType.FLOAT);
    specialLogits = new TensorBuffer(environment, GraphNames.SPECIAL_LOGITS, OnnxJavaType.FLOAT);
  }

  /** Adds the tensors for a number of outputs, at least 1, to what a run fetches. */
  void pin(int outputs, Map<String, OnnxValue> fetches) throws OrtException {
    fetches.put(candidateIds.name(), candidateIds.matrix(outputs, candidates));
    fetches.put(candidateLogits.name(), candidateLogits.matrix(outputs, candidates));
    fetches.put(topProbability.name(), topProbability.matrix(outputs, 1));
    if (distribution) {
      fetches.put(expectedGap.name(), expectedGap.matrix(outputs, 1));
    }
    if (specials > 0) {
      fetches.put(specialLogits.name(), specialLogits.matrix(outputs, specials));
    }
  }

  /**
   * Copies what a run computed.
   *
   * @param planRows for each row of the run, its row in the plan
   * @param rows number of rows
   */
  void copy(StepPlan plan, int[] planRows, int rows, StepOutputs outputs) {
    int result = 0;
    for (int r = 0; r < rows; r++) {
      int row = planRows[r];
      for (int o = plan.outputStart(row); o < plan.outputStart(row + 1); o++) {
        copy(result++, o, outputs);
      }
    }
  }

  private void copy(int result, int output, StepOutputs outputs) {
    ByteBuffer ids = candidateIds.bytes();
    ByteBuffer logits = candidateLogits.bytes();
    for (int c = 0; c < candidates; c++) {
      int at = result * candidates + c;
      outputs.setCandidate(
          output, c, (int) ids.getLong(at * Long.BYTES), logits.getFloat(at * Float.BYTES));
    }
    double surprise = -Math.log(topProbability.bytes().getFloat(result * Float.BYTES));
    outputs.setDistribution(
        output,
        logits.getFloat(result * candidates * Float.BYTES) + surprise,
        distribution ? expectedGap.bytes().getFloat(result * Float.BYTES) + surprise : Double.NaN);
    for (int s = 0; s < specials; s++) {
      outputs.setSpecialLogit(
          output, s, specialLogits.bytes().getFloat((result * specials + s) * Float.BYTES));
    }
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    List.of(specialLogits, expectedGap, topProbability, candidateLogits, candidateIds)
        .forEach(TensorBuffer::close);
  }
}

package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.unmask.bridge.engine.step.GraphNames;
import dev.unmask.bridge.engine.step.OutputBuffers;
import dev.unmask.bridge.engine.step.OutputReader;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.util.List;
import java.util.Map;

/** The small outputs of a run: pinned to memory that is reused, then copied to the caller's. */
final class StepResults implements AutoCloseable {
  private final OutputReader reader;
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
    reader = new OutputReader(distribution, candidates, specials);
    candidateIds = new TensorBuffer(environment, GraphNames.CANDIDATE_IDS, OnnxJavaType.INT64);
    candidateLogits =
        new TensorBuffer(environment, GraphNames.CANDIDATE_LOGITS, OnnxJavaType.FLOAT);
    topProbability = new TensorBuffer(environment, GraphNames.TOP_PROBABILITY, OnnxJavaType.FLOAT);
    expectedGap = new TensorBuffer(environment, GraphNames.EXPECTED_GAP, OnnxJavaType.FLOAT);
    specialLogits = new TensorBuffer(environment, GraphNames.SPECIAL_LOGITS, OnnxJavaType.FLOAT);
  }

  /** Adds the tensors for a number of outputs, at least 1, to what a run fetches. */
  void pin(int outputs, Map<String, OnnxValue> fetches) throws OrtException {
    fetches.put(candidateIds.name(), candidateIds.matrix(outputs, reader.candidates()));
    fetches.put(candidateLogits.name(), candidateLogits.matrix(outputs, reader.candidates()));
    fetches.put(topProbability.name(), topProbability.matrix(outputs, 1));
    if (reader.distribution()) {
      fetches.put(expectedGap.name(), expectedGap.matrix(outputs, 1));
    }
    if (reader.specials() > 0) {
      fetches.put(specialLogits.name(), specialLogits.matrix(outputs, reader.specials()));
    }
  }

  /**
   * Copies what a run computed.
   *
   * @param planRows for each row of the run, its row in the plan
   * @param rows number of rows
   */
  void copy(StepPlan plan, int[] planRows, int rows, StepOutputs outputs) {
    OutputBuffers buffers =
        new OutputBuffers(
            candidateIds.bytes(),
            candidateLogits.bytes(),
            topProbability.bytes(),
            reader.distribution() ? expectedGap.bytes() : null,
            reader.specials() > 0 ? specialLogits.bytes() : null);
    reader.copy(plan, planRows, rows, buffers, outputs);
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    List.of(specialLogits, expectedGap, topProbability, candidateLogits, candidateIds)
        .forEach(TensorBuffer::close);
  }
}

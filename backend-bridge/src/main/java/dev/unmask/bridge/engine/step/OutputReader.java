package dev.unmask.bridge.engine.step;

import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.nio.ByteBuffer;

/** Copies what a run of the graph computed to the outputs of its step. Stateless. */
public final class OutputReader {
  private final boolean distribution;
  private final int candidates;
  private final int specials;

  /**
   * @param distribution whether the graph gives the expected gap
   * @param candidates candidates of each output
   * @param specials special tokens
   */
  public OutputReader(boolean distribution, int candidates, int specials) {
    this.distribution = distribution;
    this.candidates = candidates;
    this.specials = specials;
  }

  /** Whether the graph gives the expected gap. */
  public boolean distribution() {
    return distribution;
  }

  /** Candidates of each output. */
  public int candidates() {
    return candidates;
  }

  /** Special tokens. */
  public int specials() {
    return specials;
  }

  /**
   * Copies what a run computed.
   *
   * @param planRows for each row of the run, its row in the plan or {@link InputWriter#PADDING}
   * @param rows number of rows
   */
  public void copy(
      StepPlan plan, int[] planRows, int rows, OutputBuffers buffers, StepOutputs outputs) {
    int result = 0;
    for (int r = 0; r < rows; r++) {
      int row = planRows[r];
      if (row != InputWriter.PADDING) {
        for (int o = plan.outputStart(row); o < plan.outputStart(row + 1); o++) {
          copy(result++, o, buffers, outputs);
        }
      }
    }
  }

  private void copy(int result, int output, OutputBuffers buffers, StepOutputs outputs) {
    ByteBuffer ids = buffers.candidateIds();
    ByteBuffer logits = buffers.candidateLogits();
    for (int c = 0; c < candidates; c++) {
      int at = result * candidates + c;
      outputs.setCandidate(
          output, c, (int) ids.getLong(at * Long.BYTES), logits.getFloat(at * Float.BYTES));
    }
    double surprise = -Math.log(buffers.topProbability().getFloat(result * Float.BYTES));
    outputs.setDistribution(
        output,
        logits.getFloat(result * candidates * Float.BYTES) + surprise,
        distribution
            ? buffers.expectedGap().getFloat(result * Float.BYTES) + surprise
            : Double.NaN);
    for (int s = 0; s < specials; s++) {
      outputs.setSpecialLogit(
          output, s, buffers.specialLogits().getFloat((result * specials + s) * Float.BYTES));
    }
  }
}

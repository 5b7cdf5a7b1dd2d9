package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.unmask.bridge.engine.step.GraphTensors;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;

/**
 * Executes runs one after the other, with input and output memory of its own. Lanes of a session
 * work at the same time on rows of the cache that are apart; none of them changes its layout.
 */
final class Lane implements AutoCloseable {
  private final OrtSession session;
  private final KvCache cache;
  private final KvViews views;
  private final StepInputs inputs;
  private final StepResults results;
  private final int[] planRows;

  /**
   * @param session borrowed
   * @param cache borrowed
   * @param maxRows rows of a run at most
   */
  Lane(
      OrtEnvironment environment,
      OrtSession session,
      ModelManifest manifest,
      KvCache cache,
      int maxRows) {
    this.session = session;
    this.cache = cache;
    views = new KvViews(environment, cache);
    inputs = new StepInputs(environment, GraphTensors.guided(manifest), manifest.maxContext());
    results =
        new StepResults(
            environment,
            GraphTensors.distribution(manifest),
            manifest.candidates(),
            manifest.specialTokenIds().size());
    planRows = new int[maxRows];
  }

  /**
   * Executes one run.
   *
   * @param planRowOfRow by row of the cache, its row in the plan
   * @param length query positions of each row, padding included
   * @param outputs receives those of the run's rows
   */
  void execute(
      StepPlan plan, int[] planRowOfRow, int firstRow, int endRow, int length, StepOutputs outputs)
      throws OrtException {
    int rows = endRow - firstRow;
    int wanted = 0;
    for (int r = 0; r < rows; r++) {
      planRows[r] = planRowOfRow[firstRow + r];
      wanted += plan.outputCount(planRows[r]);
    }
    // A run that only fills the cache still computes one output, which nobody reads.
    int computed = Math.max(wanted, 1);
    KvViews.View view = views.of(firstRow, endRow);
    inputs.fill(plan, planRows, rows, length, cache.capacity(), computed, view.inputs());
    results.pin(computed, view.outputs());
    session.run(view.inputs(), view.outputs()).close();
    results.copy(plan, planRows, rows, outputs);
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    results.close();
    inputs.close();
    views.close();
  }
}

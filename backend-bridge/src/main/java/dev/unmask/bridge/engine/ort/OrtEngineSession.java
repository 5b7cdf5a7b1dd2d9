package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;

/**
 * A model loaded by ONNX Runtime. A step becomes one or more runs of the graph over consecutive
 * rows of the {@link KvCache}, as {@link RunPlanner} decides; rows that take no part in the step
 * are in no run. The graph writes keys and values into the cache memory itself and results into
 * memory that is kept, so that a step copies nothing that grows with the context.
 */
final class OrtEngineSession implements EngineSession {
  private static final int IDLE = -1;

  private final OrtSession session;
  private final EngineCapabilities capabilities;
  private final KvCache cache;
  private final KvViews views;
  private final PlanChecks checks;
  private final RunPlanner planner;
  private final StepInputs inputs;
  private final StepResults results;
  private final int[] planRowOfRow;
  private final int[] planRows;
  private boolean closed;

  /**
   * @param session owned once the constructor returns
   * @param cache owned once the constructor returns
   */
  OrtEngineSession(
      OrtEnvironment environment,
      OrtSession session,
      ModelManifest manifest,
      EngineOptions options,
      int threads,
      KvCache cache) {
    this.session = session;
    this.cache = cache;
    boolean guided = GraphChecks.guided(manifest);
    int[] specials = manifest.specialTokenIds().stream().mapToInt(Integer::intValue).toArray();
    capabilities =
        new EngineCapabilities(
            options.maxSequences(),
            manifest.maxContext(),
            cache.budget(),
            (int) cache.geometry().bytesPerPosition(),
            manifest.candidates(),
            specials,
            guided,
            "ONNX Runtime "
                + environment.getVersion()
                + ", CPU, "
                + threads
                + (threads == 1 ? " thread, " : " threads, ")
                + manifest.dtype());
    views = new KvViews(environment, cache);
    checks = new PlanChecks(capabilities, manifest.vocabSize());
    planner =
        new RunPlanner(options.maxSequences(), SessionSettings.runOverheadPositions(manifest));
    inputs = new StepInputs(environment, guided, manifest.maxContext());
    results =
        new StepResults(
            environment,
            GraphChecks.distribution(manifest),
            manifest.candidates(),
            specials.length);
    planRowOfRow = new int[options.maxSequences()];
    planRows = new int[options.maxSequences()];
  }

  @Override
  public EngineCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public void run(StepPlan plan, StepOutputs outputs) {
    if (closed) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "engine session is closed");
    }
    checks.check(plan, outputs, cache);
    cache.apply(plan);
    outputs.resize(plan.outputCount());
    if (plan.rowCount() == 0) {
      return;
    }
    planRuns(plan);
    try {
      for (int run = 0; run < planner.runs(); run++) {
        execute(plan, run, outputs);
      }
    } catch (OrtException e) {
      throw OrtErrors.wrap("step of " + plan.rowCount() + " rows", e);
    }
  }

  /**
   * Splits the step into runs. Padding is written to the cache behind a row's last position, so a
   * row may be padded only where it is the first to write there.
   */
  private void planRuns(StepPlan plan) {
    Arrays.fill(planRowOfRow, IDLE);
    for (int planRow = 0; planRow < plan.rowCount(); planRow++) {
      planRowOfRow[cache.rowOf(plan.slot(planRow))] = planRow;
    }
    planner.begin(cache.liveRows());
    for (int row = 0; row < cache.liveRows(); row++) {
      int planRow = planRowOfRow[row];
      if (planRow != IDLE) {
        int start = plan.cacheStart(planRow);
        int count = plan.queryCount(planRow);
        boolean last = start + count >= cache.written(plan.slot(planRow));
        planner.add(row, count, last ? cache.capacity() - start : count);
      }
    }
    planner.plan();
  }

  private void execute(StepPlan plan, int run, StepOutputs outputs) throws OrtException {
    int firstRow = planner.firstRow(run);
    int rows = planner.endRow(run) - firstRow;
    int wanted = 0;
    for (int r = 0; r < rows; r++) {
      int planRow = planRowOfRow[firstRow + r];
      planRows[r] = planRow;
      wanted += plan.outputCount(planRow);
      cache.markWritten(firstRow + r, plan.cacheStart(planRow) + plan.queryCount(planRow));
    }
    // A run that only fills the cache still computes one output, which nobody reads.
    int computed = Math.max(wanted, 1);
    KvViews.View view = views.of(firstRow, firstRow + rows);
    inputs.fill(
        plan, planRows, rows, planner.queryLength(run), cache.capacity(), computed, view.inputs());
    results.pin(computed, view.outputs());
    session.run(view.inputs(), view.outputs()).close();
    results.copy(plan, planRows, rows, outputs);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    results.close();
    inputs.close();
    views.close();
    try {
      OrtErrors.close(session);
    } finally {
      cache.close();
    }
  }
}

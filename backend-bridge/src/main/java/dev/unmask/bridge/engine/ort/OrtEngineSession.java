package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.step.GraphTensors;
import dev.unmask.bridge.engine.step.PlanChecks;
import dev.unmask.bridge.engine.step.RunPlanner;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.util.Arrays;

/**
 * A model loaded by ONNX Runtime. A step becomes one or more runs of the graph over consecutive
 * rows of the {@link KvCache}, as {@link RunPlanner} decides, and these are dealt out to lanes that
 * run at the same time; rows that take no part in the step are in no run. The graph writes keys and
 * values into the cache memory itself and results into memory that is kept, so that a step copies
 * nothing that grows with the context.
 */
final class OrtEngineSession implements EngineSession {
  private static final int IDLE = -1;

  private final OrtSession session;
  private final EngineCapabilities capabilities;
  private final KvCache cache;
  private final PlanChecks checks;
  private final RunPlanner planner;
  private final LaneSplit split;
  private final Lanes threads;
  private final Lane[] lanes;
  private final int[] planRowOfRow;
  private boolean closed;

  /**
   * @param session owned once the constructor returns
   * @param settings those that the session was created with
   * @param cache owned once the constructor returns
   */
  OrtEngineSession(
      OrtEnvironment environment,
      OrtSession session,
      ModelManifest manifest,
      EngineOptions options,
      SessionSettings settings,
      KvCache cache) {
    this.session = session;
    this.cache = cache;
    int maxRows = options.maxSequences();
    capabilities =
        new EngineCapabilities(
            maxRows,
            manifest.maxContext(),
            cache.budget(),
            (int) cache.geometry().bytesPerPosition(),
            manifest.candidates(),
            manifest.specialTokenIds().stream().mapToInt(Integer::intValue).toArray(),
            GraphTensors.guided(manifest),
            "ONNX Runtime "
                + environment.getVersion()
                + ", CPU, "
                + settings.threads()
                + (settings.threads() == 1 ? " thread, " : " threads, ")
                + manifest.dtype());
    checks = new PlanChecks(capabilities, manifest.vocabSize());
    planner = new RunPlanner(maxRows, settings.runOverheadPositions());
    split =
        new LaneSplit(
            maxRows,
            settings.lanes(),
            settings.runOverheadPositions(),
            SessionSettings.LANE_POSITIONS);
    threads = new Lanes(settings.lanes(), "unmask-lane-" + manifest.name());
    lanes = new Lane[settings.lanes()];
    for (int lane = 0; lane < lanes.length; lane++) {
      lanes[lane] = new Lane(environment, session, manifest, cache, maxRows);
    }
    planRowOfRow = new int[maxRows];
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
      threads.run(split.lanes(), lane -> execute(plan, lane, outputs));
    } catch (OrtException e) {
      throw OrtErrors.wrap("step of " + plan.rowCount() + " rows", e);
    }
  }

  /**
   * Splits the step into runs and lanes. Padding is written to the cache behind a row's last
   * position, so a row may be padded only where it is the first to write there.
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
        cache.markWritten(row, start + count);
      }
    }
    planner.plan();
    split.split(planner);
  }

  private void execute(StepPlan plan, int lane, StepOutputs outputs) throws OrtException {
    for (int run = split.firstRun(lane); run < split.endRun(lane); run++) {
      lanes[lane].execute(
          plan,
          planRowOfRow,
          split.firstRow(run),
          split.endRow(run),
          split.queryLength(run),
          outputs);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    threads.close();
    for (Lane lane : lanes) {
      lane.close();
    }
    try {
      OrtErrors.close(session);
    } finally {
      cache.close();
    }
  }
}

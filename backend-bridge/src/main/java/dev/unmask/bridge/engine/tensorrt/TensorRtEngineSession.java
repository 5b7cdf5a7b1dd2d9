package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.step.InputWriter;
import dev.unmask.bridge.engine.step.OutputReader;
import dev.unmask.bridge.engine.step.PlanChecks;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;

/**
 * A plan on a device. A step becomes one or more runs over consecutive rows of the {@link
 * DeviceKvCache}; while one is computed, the inputs of the next are written. A step allocates no
 * device memory of its own accord, but for what TensorRT and CUDA keep of a shape that is recorded,
 * and page-locked memory only for entries that it saves where no buffer is spare.
 *
 * <p>A failure that loses the device ends the session: every later step is refused and nothing is
 * tried again. CUDA gives a process its device back only when it starts anew.
 */
final class TensorRtEngineSession implements EngineSession {
  private final String model;
  private final DeviceRuntime device;
  private final EngineCapabilities capabilities;
  private final DeviceKvCache cache;
  private final PlanChecks checks;
  private final StepRuns runs;
  private final RunShapes shapes;
  private final StagingLayouts layouts;
  private final PlanRunner runner;
  private final StagingSet[] staging;
  private final Pending[] pending;
  private final InputWriter writer;
  private final OutputReader reader;
  private final long stream;
  private final Resources resources;
  private String lost;
  private boolean closed;

  /** A run whose outputs are not read yet. */
  private static final class Pending {
    private final int[] planRows;
    private int rows;
    private StagingLayout layout;

    Pending(int maxRows) {
      planRows = new int[maxRows];
    }
  }

  /** What a session is made of; {@link SessionParts} puts it together. */
  TensorRtEngineSession(SessionParts parts) {
    model = parts.model();
    device = parts.device();
    capabilities = parts.capabilities();
    cache = parts.cache();
    checks = new PlanChecks(capabilities, parts.vocabSize());
    shapes = parts.shapes();
    runs = new StepRuns(capabilities.maxSequences(), shapes);
    layouts = parts.layouts();
    runner = parts.runner();
    staging = parts.staging();
    writer = new InputWriter(layouts.model().guided(), capabilities.maxContext());
    reader =
        new OutputReader(
            layouts.model().distribution(),
            layouts.model().candidates(),
            layouts.model().specials());
    stream = parts.stream();
    resources = parts.resources();
    pending = new Pending[staging.length];
    for (int i = 0; i < pending.length; i++) {
      pending[i] = new Pending(capabilities.maxSequences());
    }
  }

  @Override
  public EngineCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public boolean isUsable() {
    return lost == null && !closed;
  }

  @Override
  public void run(StepPlan plan, StepOutputs outputs) {
    if (closed) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "engine session is closed");
    }
    if (lost != null) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "device of model " + model + " is lost: " + lost);
    }
    checks.check(plan, outputs, cache);
    checkLengths(plan);
    try {
      device.setDevice();
      step(plan, outputs);
    } catch (DeviceException e) {
      throw failed(e);
    } catch (RuntimeException | Error e) {
      settle(e);
      throw e;
    }
  }

  private void checkLengths(StepPlan plan) {
    for (int row = 0; row < plan.rowCount(); row++) {
      if (plan.queryCount(row) > shapes.maxQuery()) {
        throw UnmaskException.invalid(
            "slot="
                + plan.slot(row)
                + " queryCount="
                + plan.queryCount(row)
                + " is above the plan's max_query_tokens="
                + shapes.maxQuery()
                + "; build it with a higher --max-query-tokens");
      }
    }
  }

  private void step(StepPlan plan, StepOutputs outputs) {
    cache.apply(plan);
    outputs.resize(plan.outputCount());
    if (plan.rowCount() == 0) {
      device.streamSynchronize(stream);
      return;
    }
    runs.plan(plan, cache);
    int count = runs.count();
    for (int run = 0; run < count; run++) {
      int set = run % staging.length;
      if (run >= staging.length) {
        read(plan, set, outputs);
      }
      begin(plan, run, set);
    }
    for (int run = Math.max(0, count - staging.length); run < count; run++) {
      read(plan, run % staging.length, outputs);
    }
  }

  private void begin(StepPlan plan, int run, int set) {
    RunShape shape = runs.shape(run);
    StagingLayout layout = layouts.of(shape);
    Pending next = pending[set];
    next.rows = shape.batch();
    next.layout = layout;
    runs.fillPlanRows(run, next.planRows);
    writer.write(
        plan,
        next.planRows,
        runs.padWrites(run),
        shape.batch(),
        shape.query(),
        capabilities.maxContext(),
        shape.rows(),
        staging[set].inputBuffers(layout));
    runner.enqueue(shape, layout, staging[set]);
  }

  private void read(StepPlan plan, int set, StepOutputs outputs) {
    Pending done = pending[set];
    staging[set].await();
    reader.copy(plan, done.planRows, done.rows, staging[set].outputBuffers(done.layout), outputs);
  }

  private UnmaskException failed(DeviceException e) {
    if (e.sticky()) {
      lost = e.getMessage();
      return new UnmaskException(
          ErrorCode.UNAVAILABLE, "device of model " + model + " is lost: " + lost, e);
    }
    settle(e);
    ErrorCode code = e.outOfMemory() ? ErrorCode.UNAVAILABLE : ErrorCode.INTERNAL;
    return new UnmaskException(code, "step of model " + model + ": " + e.getMessage(), e);
  }

  /** Waits for runs that were begun: they still use the staging memory. */
  private void settle(Throwable failure) {
    try {
      device.streamSynchronize(stream);
    } catch (DeviceException e) {
      failure.addSuppressed(e);
      lost = e.sticky() ? e.getMessage() : lost;
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      device.setDevice();
    } catch (DeviceException e) {
      lost = e.getMessage();
    }
    resources.close();
  }
}

package dev.unmask.bridge;

import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.PassTimer;
import dev.unmask.scheduler.BlockScheduler;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.PassCosts;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one scheduler over one engine session: plan, run, apply. Confined to one thread, the first
 * that submits or steps; it calls {@link #step} as long as there is work, and listeners are told on
 * it. A call from any other thread is refused with IllegalStateException.
 *
 * <p>An engine failure ends the sequences of that step with the engine's error; the loop goes on
 * with the others. So does an OutOfMemoryError or a StackOverflowError in the engine. Where the
 * engine is no longer usable after it, {@link #step} throws; whatever it throws leaves the loop
 * unusable.
 */
public final class DecodeLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DecodeLoop.class);

  /** Time that timing passes takes unless a model is slow, in nanoseconds. */
  public static final long CALIBRATION_NANOS = 500_000_000;

  private final EngineSession engine;
  private final BlockScheduler scheduler;
  private final PassTimer timer;
  private final int reuseEntries;
  private final StepOutputs outputs;
  private final StepMeter meter;
  private UnmaskException uncalibrated;
  private final Telemetry telemetry;
  private Thread owner;
  private volatile boolean lost;
  private long steps;
  private long engineNanos;
  private long hostNanos;

  /** A loop that reports to nobody. */
  public DecodeLoop(EngineSession engine, ModelTraits model, SchedulerConfig config) {
    this(engine, model, config, Telemetry.NOOP);
  }

  /**
   * @param engine borrowed; the caller closes it after the loop's last step
   * @param model what the engine runs
   * @param config limits; no more sequences than the engine has slots
   * @param telemetry told of every step
   * @throws UnmaskException INVALID_ARGUMENT where the engine has fewer slots
   */
  public DecodeLoop(
      EngineSession engine, ModelTraits model, SchedulerConfig config, Telemetry telemetry) {
    if (config.maxSequences() > engine.capabilities().maxSequences()) {
      throw UnmaskException.invalid(
          "maxSequences="
              + config.maxSequences()
              + " is more than the engine's "
              + engine.capabilities().maxSequences());
    }
    this.engine = engine;
    this.telemetry = telemetry;
    this.scheduler = new BlockScheduler(model, config);
    this.timer = new PassTimer(engine, model.vocabSize());
    this.reuseEntries = config.reuseEntries();
    this.meter = new StepMeter(scheduler, engine.capabilities());
    this.outputs =
        new StepOutputs(
            engine.capabilities().candidateCount(), engine.capabilities().specialTokenIds());
  }

  /** Takes a request in; see {@link BlockScheduler#submit(GenerationRequest, SequenceListener)}. */
  public long submit(GenerationRequest request, SequenceListener listener) {
    return submit(request, SubmitOptions.DEFAULT, listener);
  }

  /**
   * Takes a request in; see {@link BlockScheduler#submit(GenerationRequest, SubmitOptions,
   * SequenceListener)}. Deadlines are on the clock of {@link System#nanoTime}. The first request
   * with cost-aware look-ahead has passes timed, unless the configuration says what they cost: the
   * engine then serves nothing else for about {@link #CALIBRATION_NANOS}, and running sequences
   * recompute their caches.
   */
  public long submit(GenerationRequest request, SubmitOptions options, SequenceListener listener) {
    checkThread();
    if (scheduler.needsPassCosts(request)) {
      scheduler.checkSubmit(request);
      calibrate();
    }
    return scheduler.submit(request, options, meter.counting(listener));
  }

  /** Times passes once: where that fails it is not tried again, since all others pay for it. */
  private void calibrate() {
    if (uncalibrated != null) {
      throw new UnmaskException(
          uncalibrated.code(),
          "look_ahead by cost: passes could not be timed: " + uncalibrated.getMessage(),
          uncalibrated);
    }
    scheduler.yieldEngine();
    PassCosts costs;
    try {
      costs = timer.costs(reuseEntries, CALIBRATION_NANOS);
    } catch (UnmaskException e) {
      LOG.warn("passes could not be timed for cost-aware look-ahead: {}", e.getMessage());
      uncalibrated = e;
      throw e;
    }
    scheduler.passCosts(costs);
    LOG.info("passes were timed for cost-aware look-ahead: pass_costs={}", costs);
  }

  /** Ends a sequence on its caller's behalf; see {@link BlockScheduler#cancel}. */
  public boolean cancel(long id) {
    checkThread();
    return scheduler.cancel(id);
  }

  /** Ends a sequence whose answer is complete; see {@link BlockScheduler#finish}. */
  public boolean finish(long id) {
    checkThread();
    return scheduler.finish(id);
  }

  /** Whether the engine failed for good; true before the listeners of its last step are told. */
  boolean isLost() {
    return lost;
  }

  /** What the scheduler holds and has counted; on the loop's thread, or before there is one. */
  Telemetry.Levels levels() {
    return meter.levels();
  }

  /** Sequences that have not ended. */
  public int size() {
    return scheduler.size();
  }

  /**
   * Does one step.
   *
   * @return whether there was anything to do; not where all there was is to clear the engine's
   *     memory, and that failed: it is tried again with the next step that has rows
   * @throws UnmaskException UNAVAILABLE where the engine failed for good, as where its device is
   *     lost
   */
  public boolean step() {
    checkThread();
    long begin = System.nanoTime();
    StepPlan plan = scheduler.plan(begin);
    if (plan.isEmpty()) {
      return false;
    }
    meter.planned(plan);
    long planned = System.nanoTime();
    UnmaskException failure = run(plan);
    long ran = System.nanoTime();
    if (failure == null) {
      scheduler.apply(outputs);
    } else {
      lost = !engine.isUsable();
      scheduler.fail(failure);
    }
    long applied = System.nanoTime();
    steps += plan.rowCount() > 0 ? 1 : 0;
    engineNanos += ran - planned;
    hostNanos += planned - begin + applied - ran;
    telemetry.onStep(meter.report(failure != null, planned - begin, ran - planned, applied - ran));
    if (lost) {
      throw failure;
    }
    return failure == null || plan.rowCount() > 0;
  }

  /** Runs the engine; returns what it failed with, or null. */
  private UnmaskException run(StepPlan plan) {
    try {
      engine.run(plan, outputs);
      return null;
    } catch (UnmaskException e) {
      LOG.warn("step {} with {} rows failed: {}", steps, plan.rowCount(), e.getMessage());
      return e;
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      LOG.error("step {} with {} rows failed", steps, plan.rowCount(), e);
      return new UnmaskException(ErrorCode.INTERNAL, "engine: " + e, e);
    }
  }

  /** Steps until every sequence has ended. */
  public void drain() {
    while (step()) {
      continue;
    }
  }

  /** Steps done so far that had rows. */
  public long steps() {
    return steps;
  }

  /** Time spent in the engine, in nanoseconds. */
  public long engineNanos() {
    return engineNanos;
  }

  /** Time spent outside the engine, listeners included, in nanoseconds. */
  public long hostNanos() {
    return hostNanos;
  }

  private void checkThread() {
    Thread current = Thread.currentThread();
    if (owner != current) {
      if (owner != null) {
        throw new IllegalStateException(
            "decode loop of thread " + owner.getName() + " used by " + current.getName());
      }
      owner = current;
    }
  }
}

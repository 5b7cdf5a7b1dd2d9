package dev.unmask.bridge;

import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.BlockScheduler;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;

/**
 * Drives one scheduler over one engine session: plan, run, apply. Confined to one thread, which
 * calls {@link #step} as long as there is work; listeners are told on it.
 *
 * <p>An engine failure ends the sequences of that step with the engine's error; the loop goes on
 * with the others.
 */
public final class DecodeLoop {
  private final EngineSession engine;
  private final BlockScheduler scheduler;
  private final StepOutputs outputs;
  private long steps;
  private long engineNanos;
  private long hostNanos;

  /**
   * @param engine borrowed; the caller closes it after the loop's last step
   * @param model what the engine runs
   * @param config limits; no more sequences than the engine has slots
   */
  public DecodeLoop(EngineSession engine, ModelTraits model, SchedulerConfig config) {
    if (config.maxSequences() > engine.capabilities().maxSequences()) {
      throw UnmaskException.invalid(
          "maxSequences="
              + config.maxSequences()
              + " is more than the engine's "
              + engine.capabilities().maxSequences());
    }
    this.engine = engine;
    this.scheduler = new BlockScheduler(model, config);
    this.outputs =
        new StepOutputs(
            engine.capabilities().candidateCount(), engine.capabilities().specialTokenIds());
  }

  /** Takes a request in; see {@link BlockScheduler#submit}. */
  public long submit(GenerationRequest request, SequenceListener listener) {
    return scheduler.submit(request, listener);
  }

  /** Ends a sequence on its caller's behalf; see {@link BlockScheduler#cancel}. */
  public boolean cancel(long id) {
    return scheduler.cancel(id);
  }

  /** Ends a sequence whose answer is complete; see {@link BlockScheduler#finish}. */
  public boolean finish(long id) {
    return scheduler.finish(id);
  }

  /** Sequences that have not ended. */
  public int size() {
    return scheduler.size();
  }

  /**
   * Does one step.
   *
   * @return whether there was anything to do
   */
  public boolean step() {
    long begin = System.nanoTime();
    StepPlan plan = scheduler.plan(begin);
    if (plan.isEmpty()) {
      return false;
    }
    long planned = System.nanoTime();
    UnmaskException failure = null;
    try {
      engine.run(plan, outputs);
    } catch (UnmaskException e) {
      failure = e;
    } catch (RuntimeException e) {
      failure = new UnmaskException(ErrorCode.INTERNAL, "engine: " + e, e);
    }
    long ran = System.nanoTime();
    if (failure == null) {
      scheduler.apply(outputs);
    } else {
      scheduler.fail(failure);
    }
    steps += plan.rowCount() > 0 ? 1 : 0;
    engineNanos += ran - planned;
    hostNanos += planned - begin + System.nanoTime() - ran;
    return true;
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
}

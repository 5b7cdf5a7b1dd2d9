package dev.unmask.capacity.simulate;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;

/**
 * A small model that decides what is committed, on a clock that says what a large one on other
 * hardware would take. One thread.
 */
final class SimulatedEngine implements EngineSession {
  private final EngineSession model;
  private final PassCost cost;
  private double seconds;

  /**
   * Makes one.
   *
   * @param model owned
   */
  SimulatedEngine(EngineSession model, PassCost cost) {
    this.model = model;
    this.cost = cost;
  }

  @Override
  public EngineCapabilities capabilities() {
    return model.capabilities();
  }

  @Override
  public void run(StepPlan plan, StepOutputs outputs) {
    model.run(plan, outputs);
    seconds += cost.seconds(plan);
  }

  /** Time of all passes so far. */
  double seconds() {
    return seconds;
  }

  @Override
  public void close() {
    model.close();
  }
}

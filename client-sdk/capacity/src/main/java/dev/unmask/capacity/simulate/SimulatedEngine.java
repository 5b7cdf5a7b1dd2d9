package dev.unmask.capacity.simulate;

import dev.unmask.bridge.engine.EngineCapabilities;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.PassTimer;
import dev.unmask.scheduler.PassCosts;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;

/**
 * A small model that decides what is committed, on a clock that says what a large one on other
 * hardware would take. One thread.
 */
final class SimulatedEngine implements EngineSession {
  /** Positions before a pass for {@link #passCosts}: a prompt of the tasks at hand. */
  private static final int CACHED = 64;

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

  /** What passes of one sequence cost on that hardware, in the form that schedulers take. */
  PassCosts passCosts(int vocabulary) {
    PassTimer passes = new PassTimer(model, vocabulary);
    int[] queries = {1, 8, 16, 32, 64, 128, 256};
    double[] millis = new double[queries.length];
    for (int i = 0; i < queries.length; i++) {
      millis[i] = 1e3 * cost.seconds(passes.plan(CACHED, queries[i], false));
    }
    return PassCosts.of(queries, millis);
  }

  @Override
  public void close() {
    model.close();
  }
}

package dev.unmask.bridge.engine.tensorrt;

/** Makes contexts of a plan that share the session's memory for activations. */
@FunctionalInterface
interface ContextFactory {
  /**
   * Makes one.
   *
   * @return owned by the caller
   */
  PlanContext create(int profile);
}

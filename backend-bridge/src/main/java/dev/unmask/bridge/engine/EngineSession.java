package dev.unmask.bridge.engine;

import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;

/**
 * A loaded model with its KV cache. One thread at a time; the decode thread owns it.
 *
 * <p>The session owns the cache memory. A slot's cache holds what the rows of earlier plans wrote
 * there, and stays as it is until another row writes to it or the slot is released.
 */
public interface EngineSession extends AutoCloseable {
  /** What this session can do. */
  EngineCapabilities capabilities();

  /**
   * Computes every row of a plan and fills the outputs, in the order in which the plan names them.
   * When it throws, the contents of the outputs and of the cache slots of the plan's rows are
   * undefined; other slots are untouched.
   *
   * @param plan borrowed for the call
   * @param outputs resized and filled by the call
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT where the plan breaks a limit of
   *     {@link #capabilities()} (named with its value), INTERNAL where the engine fails
   */
  void run(StepPlan plan, StepOutputs outputs);

  /** Frees the model and the cache. Idempotent. */
  @Override
  void close();
}

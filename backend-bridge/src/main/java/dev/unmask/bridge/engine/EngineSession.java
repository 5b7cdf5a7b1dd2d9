package dev.unmask.bridge.engine;

import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;

/**
 * A loaded model with its KV cache. One thread at a time; the decode thread owns it.
 *
 * <p>The session owns the cache memory. A slot's cache holds what the rows of earlier plans wrote
 * there, and stays as it is until another row writes to it or the slot is released. An entry stays
 * as it was saved until it is dropped.
 */
public interface EngineSession extends AutoCloseable {
  /** What this session can do. */
  EngineCapabilities capabilities();

  /**
   * Does what a plan says about entries and slots, computes its rows and fills the outputs, in the
   * order in which the plan names them. A plan without rows is run for its releases and transfers.
   *
   * <p>A plan that is refused for what it says changes nothing: its drops, saves, releases and
   * restores are not done either. Where the engine itself fails, the contents of the outputs and of
   * the cache slots of the plan's rows are undefined, drops, saves and releases are done, and other
   * slots are untouched, unless memory ran out, when no slot keeps its contents.
   *
   * @param plan borrowed for the call
   * @param outputs resized and filled by the call
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT where the plan breaks a limit of
   *     {@link #capabilities()} or names a slot or entry that it cannot (named with its value),
   *     UNAVAILABLE where the cache would need more than {@link EngineCapabilities#kvPositions} or
   *     memory runs out, INTERNAL where the engine fails
   */
  void run(StepPlan plan, StepOutputs outputs);

  /**
   * Whether steps can still succeed: false once the device is lost or the session is closed. A
   * session that is not usable refuses every step; with a lost device the process must start anew.
   */
  default boolean isUsable() {
    return true;
  }

  /** Frees the model and the cache. Idempotent. */
  @Override
  void close();
}

package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/**
 * Device memory that a session needs, known before any of it is allocated.
 *
 * @param weights bytes of the plan, which TensorRT loads
 * @param activations bytes of the largest context; the contexts share them
 * @param kvCache bytes of the rows
 * @param staging bytes of inputs and outputs
 */
record DeviceMemoryBudget(long weights, long activations, long kvCache, long staging) {
  /** Bytes in all. */
  long total() {
    return weights + activations + kvCache + staging;
  }

  /**
   * Refuses what does not fit.
   *
   * @param model named in the error
   * @param free bytes that are free on the device
   * @throws UnmaskException UNAVAILABLE with the numbers
   */
  void check(String model, long free) {
    if (total() > free) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          "model "
              + model
              + " needs "
              + total()
              + " bytes of device memory (weights "
              + weights
              + ", activations "
              + activations
              + ", KV cache "
              + kvCache
              + ", staging "
              + staging
              + "), "
              + free
              + " are free; lower max_sequences, or import with a lower --max-context");
    }
  }
}

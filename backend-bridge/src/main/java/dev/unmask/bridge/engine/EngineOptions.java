package dev.unmask.bridge.engine;

import dev.unmask.scheduler.UnmaskException;

/**
 * What a caller may choose when it opens a session.
 *
 * @param maxSequences cache slots to provide, at least 1
 * @param threads threads for the engine's arithmetic; 0 lets the engine choose
 * @param kvPositions cache positions that all slots and saved entries may hold together, counted as
 *     in {@link EngineCapabilities#kvPositions}; 0 for as many as the slots can use
 * @param device ordinal of the GPU; engines on the CPU pass over it
 * @param spinMicros time in microseconds for which a thread of the engine that has nothing to do
 *     looks for work of the same pass before it sleeps, which shortens passes where a core is free
 *     for it and lengthens those of others where none is; engines on a GPU pass over it
 * @param sessions of the same model on this machine, this one included, that share its memory
 */
public record EngineOptions(
    int maxSequences, int threads, long kvPositions, int device, int spinMicros, int sessions) {
  /** Threads look for work for about as long as it takes to wake one. */
  public static final int DEFAULT_SPIN_MICROS = 100;

  /** One sequence, threads chosen by the engine. */
  public static final EngineOptions DEFAULT = new EngineOptions(1, 0);

  /**
   * Checks the values.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the one that is out of range
   */
  public EngineOptions {
    if (maxSequences < 1) {
      throw UnmaskException.invalid("maxSequences=" + maxSequences + " below 1");
    }
    if (threads < 0) {
      throw UnmaskException.invalid("threads=" + threads + " below 0");
    }
    if (device < 0) {
      throw UnmaskException.invalid("device=" + device + " below 0");
    }
    if (spinMicros < 0) {
      throw UnmaskException.invalid("spinMicros=" + spinMicros + " below 0");
    }
    if (sessions < 1) {
      throw UnmaskException.invalid("sessions=" + sessions + " below 1");
    }
    if (kvPositions < 0) {
      throw UnmaskException.invalid("kvPositions=" + kvPositions + " below 0");
    }
    if (kvPositions > 0 && kvPositions < EngineCapabilities.KV_BLOCK) {
      throw UnmaskException.invalid(
          "kvPositions=" + kvPositions + " below one KV block of " + EngineCapabilities.KV_BLOCK);
    }
  }

  /** The first GPU, where the engine uses one. */
  public EngineOptions(int maxSequences, int threads, long kvPositions) {
    this(maxSequences, threads, kvPositions, 0, DEFAULT_SPIN_MICROS, 1);
  }

  /** No limit on cache positions but the slots' own. */
  public EngineOptions(int maxSequences, int threads) {
    this(maxSequences, threads, 0);
  }
}

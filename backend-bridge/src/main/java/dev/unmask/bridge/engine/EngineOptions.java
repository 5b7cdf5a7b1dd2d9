package dev.unmask.bridge.engine;

/**
 * What a caller may choose when it opens a session.
 *
 * @param maxSequences cache slots to provide, at least 1
 * @param threads threads for the engine's arithmetic; 0 lets the engine choose
 * @param kvPositions cache positions that all slots and saved entries may hold together, counted as
 *     in {@link EngineCapabilities#kvPositions}; 0 for as many as the slots can use
 */
public record EngineOptions(int maxSequences, int threads, long kvPositions) {
  /** One sequence, threads chosen by the engine. */
  public static final EngineOptions DEFAULT = new EngineOptions(1, 0);

  /** No limit on cache positions but the slots' own. */
  public EngineOptions(int maxSequences, int threads) {
    this(maxSequences, threads, 0);
  }
}

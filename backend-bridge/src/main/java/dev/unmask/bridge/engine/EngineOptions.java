package dev.unmask.bridge.engine;

/**
 * What a caller may choose when it opens a session.
 *
 * @param maxSequences cache slots to provide, at least 1
 * @param threads threads for the engine's arithmetic; 0 lets the engine choose
 */
public record EngineOptions(int maxSequences, int threads) {
  /** One sequence, threads chosen by the engine. */
  public static final EngineOptions DEFAULT = new EngineOptions(1, 0);
}

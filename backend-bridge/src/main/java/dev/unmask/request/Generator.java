package dev.unmask.request;

/** Generates text for one model. Any thread. */
@FunctionalInterface
public interface Generator {
  /**
   * Starts a generation. Returns at once; every failure is told to the observer, none is thrown.
   */
  InferenceCall generate(GenerationInput input, GenerationObserver observer);
}

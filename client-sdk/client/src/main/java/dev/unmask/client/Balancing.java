package dev.unmask.client;

/** Which of several endpoints a request is sent to, among those that are thought to be well. */
public enum Balancing {
  /** One after the other. */
  ROUND_ROBIN,
  /** The one with the fewest requests of this client in progress. */
  LEAST_OUTSTANDING
}

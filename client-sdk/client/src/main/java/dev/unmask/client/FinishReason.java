package dev.unmask.client;

/** Why a generation ended. */
public enum FinishReason {
  /** An end token or a stop word. */
  STOP,
  /** As long as it was allowed to be. */
  LENGTH,
  /** Given up. */
  CANCELLED,
  /** The server did not say, or said something else. */
  UNKNOWN
}

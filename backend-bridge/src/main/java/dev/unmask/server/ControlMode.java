package dev.unmask.server;

/** Who decides which models are loaded. */
public enum ControlMode {
  /** All of the repository, once. */
  NONE,
  /** All of the repository, which is looked at again and again. */
  POLL,
  /** Those named at the start, then load and unload requests. */
  EXPLICIT
}

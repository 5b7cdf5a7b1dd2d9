package dev.unmask.scheduler;

/** Kinds of failure, one for each that a Triton client can tell apart. */
public enum ErrorCode {
  /** The request is wrong and would be wrong again. */
  INVALID_ARGUMENT,
  /** A named model, file or tensor does not exist. */
  NOT_FOUND,
  /** A target exists already. */
  ALREADY_EXISTS,
  /** Well formed, but this model or build does not do it. */
  UNSUPPORTED,
  /** Not now: overload, shutting down, or the engine is unhealthy. */
  UNAVAILABLE,
  /** The caller gave up. */
  CANCELLED,
  /** A fault of this program or of the engine below it. */
  INTERNAL
}

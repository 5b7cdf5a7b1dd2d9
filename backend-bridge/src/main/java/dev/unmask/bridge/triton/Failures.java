package dev.unmask.bridge.triton;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/**
 * What is done about things thrown that nobody expected, where what follows must be done in any
 * case. Memory may be out, and then nothing here may need much of it.
 */
final class Failures {
  private static final UnmaskException OUT_OF_MEMORY =
      new UnmaskException(ErrorCode.INTERNAL, "request failed: OutOfMemoryError");

  private Failures() {}

  /**
   * What a client is told of something thrown.
   *
   * @param what what did not come about
   */
  static UnmaskException unexpected(String what, Throwable thrown) {
    if (thrown instanceof UnmaskException expected) {
      return expected;
    }
    try {
      return new UnmaskException(
          ErrorCode.INTERNAL, what + ": " + thrown.getClass().getSimpleName(), thrown);
    } catch (OutOfMemoryError e) {
      return OUT_OF_MEMORY;
    }
  }

  /** Writes to the log, unless that fails too. */
  static void log(Runnable write) {
    try {
      write.run();
    } catch (Throwable t) {
      // The log is worth less than what is done next.
      return;
    }
  }
}

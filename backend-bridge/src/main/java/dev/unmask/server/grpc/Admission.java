package dev.unmask.server.grpc;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/** Whether inference requests are taken: until the front end drains. Any thread. */
final class Admission {
  private volatile boolean open = true;

  /** From now on requests are refused. */
  void close() {
    open = false;
  }

  boolean isOpen() {
    return open;
  }

  /**
   * Lets a request pass.
   *
   * @throws UnmaskException UNAVAILABLE once draining
   */
  void check() {
    if (!open) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          "GRPC server is shutting down and has stopped accepting new requests");
    }
  }
}

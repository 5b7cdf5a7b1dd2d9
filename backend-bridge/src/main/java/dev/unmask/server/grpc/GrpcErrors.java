package dev.unmask.server.grpc;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What failures are called in gRPC. */
final class GrpcErrors {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcErrors.class);

  /**
   * Characters of a message. It travels in a header section, of which clients take 8 KiB, and a
   * character takes nine bytes there at the most.
   */
  private static final int MAX_MESSAGE = 800;

  private GrpcErrors() {}

  /** The status that says a failure, its message included as far as clients take it. */
  static Status status(UnmaskException error) {
    String message = error.getMessage();
    return code(error.code())
        .withDescription(
            message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "..." : message);
  }

  /** A failure as a call is ended with it. */
  static StatusRuntimeException exception(UnmaskException error) {
    return status(error).asRuntimeException();
  }

  private static Status code(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
      case NOT_FOUND -> Status.NOT_FOUND;
      case ALREADY_EXISTS -> Status.ALREADY_EXISTS;
      case UNSUPPORTED -> Status.UNIMPLEMENTED;
      case UNAVAILABLE -> Status.UNAVAILABLE;
      case CANCELLED -> Status.CANCELLED;
      case INTERNAL -> Status.INTERNAL;
    };
  }

  /**
   * What was thrown while a call was served. Anything but an {@link UnmaskException} is a fault of
   * this program: it is logged, and the client is told no more than where to look.
   *
   * @param requestId identifier of the call in logs
   */
  static UnmaskException caught(RuntimeException thrown, String requestId) {
    if (thrown instanceof UnmaskException expected) {
      return expected;
    }
    LOG.error("[request id: {}] failed", requestId, thrown);
    return new UnmaskException(
        ErrorCode.INTERNAL, "internal error, see the log for request id " + requestId, thrown);
  }
}

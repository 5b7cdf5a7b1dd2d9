package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;
import java.net.ConnectException;

/**
 * Why an attempt failed.
 *
 * @param code kind of failure
 * @param message one line
 * @param connection whether it says that the endpoint cannot be reached
 * @param cause what was caught; may be null
 */
public record Failure(ErrorCode code, String message, boolean connection, Throwable cause) {
  /** Whether the request may have reached a server that did not say that it refuses it. */
  boolean mayHaveBegun() {
    return connection && !(cause instanceof ConnectException);
  }

  /** What a server answered. */
  public static Failure answered(ErrorCode code, String message) {
    return new Failure(code, message, false, null);
  }

  /** An endpoint could not be reached, or the connection to it broke. */
  public static Failure unreachable(String message, Throwable cause) {
    return new Failure(ErrorCode.UNAVAILABLE, message, true, cause);
  }

  /** What came was not what the protocol says. */
  public static Failure protocol(String message, Throwable cause) {
    return new Failure(ErrorCode.PROTOCOL, message, false, cause);
  }

  /** What a transport threw over a request. */
  public static Failure unsendable(Throwable e) {
    return e instanceof ReadException expected
        ? expected.failure()
        : new Failure(ErrorCode.INTERNAL, "request cannot be sent: " + e, false, e);
  }

  /** What a reader threw over a message. */
  public static Failure unreadable(RuntimeException e) {
    return e instanceof ReadException expected
        ? expected.failure()
        : protocol("response cannot be read: " + e, e);
  }
}

package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;

/** Thrown by readers of responses: the response is an error, or not what was expected. */
public final class ReadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  /** What the server answered. */
  public ReadException(ErrorCode code, String message) {
    super(message);
    failure = Failure.answered(code, message);
  }

  /** What came was not what the protocol says. */
  public static ReadException protocol(String message) {
    return new ReadException(ErrorCode.PROTOCOL, message);
  }

  Failure failure() {
    return failure;
  }
}

package dev.unmask.client;

/** It took longer than a timeout. */
public final class DeadlineExceededException extends UnmaskClientException {
  private static final long serialVersionUID = 1L;

  DeadlineExceededException(String message, String endpoint, String requestId, Throwable cause) {
    super(ErrorCode.DEADLINE_EXCEEDED, message, endpoint, requestId, false, cause);
  }
}

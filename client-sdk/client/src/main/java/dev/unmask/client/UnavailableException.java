package dev.unmask.client;

/** The server could not be reached, or does not take the request now. */
public final class UnavailableException extends UnmaskClientException {
  private static final long serialVersionUID = 1L;

  UnavailableException(
      String message, String endpoint, String requestId, boolean retrySafe, Throwable cause) {
    super(ErrorCode.UNAVAILABLE, message, endpoint, requestId, retrySafe, cause);
  }
}

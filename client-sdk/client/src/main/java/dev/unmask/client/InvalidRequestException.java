package dev.unmask.client;

/** The request is wrong, or asks for what the server does not have or do: it would fail again. */
public final class InvalidRequestException extends UnmaskClientException {
  private static final long serialVersionUID = 1L;

  InvalidRequestException(
      ErrorCode code, String message, String endpoint, String requestId, Throwable cause) {
    super(code, message, endpoint, requestId, false, cause);
  }
}

package dev.unmask.client;

/** The server failed, or did not answer as the protocol says. */
public final class ServerException extends UnmaskClientException {
  private static final long serialVersionUID = 1L;

  ServerException(
      ErrorCode code, String message, String endpoint, String requestId, Throwable cause) {
    super(code, message, endpoint, requestId, false, cause);
  }
}

package dev.unmask.client;

/** The request was given up, by the caller or by the server. */
public final class RequestCancelledException extends UnmaskClientException {
  private static final long serialVersionUID = 1L;

  RequestCancelledException(String message, String endpoint, String requestId, Throwable cause) {
    super(ErrorCode.CANCELLED, message, endpoint, requestId, false, cause);
  }
}

package dev.unmask.client;

import java.util.Objects;

/**
 * A request that did not succeed. The message is one line; where the server refused the request it
 * is the server's own, which names the field and the value.
 */
public class UnmaskClientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String endpoint;
  private final String requestId;
  private final boolean retrySafe;

  /**
   * Makes one; {@link #of} picks the class that suits a code.
   *
   * @param code kind of failure
   * @param message one line
   * @param endpoint where the request had been sent, such as {@code grpc://host:8001}; empty where
   *     it had not been
   * @param requestId id of the request; may be empty
   * @param retrySafe whether the same request may be sent again without harm
   * @param cause what was caught; may be null
   */
  protected UnmaskClientException(
      ErrorCode code,
      String message,
      String endpoint,
      String requestId,
      boolean retrySafe,
      Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
    this.endpoint = endpoint;
    this.requestId = requestId;
    this.retrySafe = retrySafe;
  }

  /**
   * Makes the exception that suits a code.
   *
   * @param code kind of failure
   * @param message one line
   * @param endpoint where the request had been sent; empty where it had not been
   * @param requestId id of the request; may be empty
   * @param retrySafe whether the same request may be sent again without harm
   * @param cause what was caught; may be null
   * @return an {@link InvalidRequestException}, {@link UnavailableException}, {@link
   *     DeadlineExceededException}, {@link RequestCancelledException} or {@link ServerException}
   */
  public static UnmaskClientException of(
      ErrorCode code,
      String message,
      String endpoint,
      String requestId,
      boolean retrySafe,
      Throwable cause) {
    return switch (code) {
      case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, UNSUPPORTED, PERMISSION_DENIED ->
          new InvalidRequestException(code, message, endpoint, requestId, cause);
      case UNAVAILABLE -> new UnavailableException(message, endpoint, requestId, retrySafe, cause);
      case DEADLINE_EXCEEDED -> new DeadlineExceededException(message, endpoint, requestId, cause);
      case CANCELLED -> new RequestCancelledException(message, endpoint, requestId, cause);
      case RESOURCE_EXHAUSTED, PROTOCOL, INTERNAL, UNKNOWN ->
          new ServerException(code, message, endpoint, requestId, cause);
    };
  }

  /**
   * The kind of failure.
   *
   * @return never null
   */
  public final ErrorCode code() {
    return code;
  }

  /**
   * Where the request had been sent.
   *
   * @return such as {@code grpc://host:8001}; empty where it had not been sent
   */
  public final String endpoint() {
    return endpoint;
  }

  /**
   * The id of the request.
   *
   * @return empty where it had none
   */
  public final String requestId() {
    return requestId;
  }

  /**
   * Whether the same request may be sent again: the server could not be reached or refused it for
   * now, and no part of an answer had arrived. Where the connection broke, the server may have
   * begun with it; for what is not as good done twice as once (a step of a sequence, a load) it is
   * not safe then. The client has retried it by now as its {@link RetryPolicy} says.
   *
   * @return whether a retry is safe
   */
  public final boolean isRetrySafe() {
    return retrySafe;
  }
}

package dev.unmask.server.http;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors as HTTP statuses, and the way an error is answered. Any thread. */
public final class HttpErrors {
  /** Media type of every error body. */
  static final String JSON = "application/json";

  static final int BAD_REQUEST = 400;
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int REQUEST_TIMEOUT = 408;
  static final int TOO_LARGE = 413;
  static final int URI_TOO_LONG = 414;
  static final int EXPECTATION_FAILED = 417;
  static final int HEADERS_TOO_LARGE = 431;
  static final int UNAVAILABLE = 503;
  static final int VERSION_NOT_SUPPORTED = 505;

  private static final Logger LOG = LoggerFactory.getLogger(HttpErrors.class);

  private HttpErrors() {}

  /** The status of an error, as Triton maps it. */
  public static int status(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT, ALREADY_EXISTS, CANCELLED -> BAD_REQUEST;
      case NOT_FOUND -> NOT_FOUND;
      case UNSUPPORTED -> 501;
      case UNAVAILABLE -> UNAVAILABLE;
      case INTERNAL -> 500;
    };
  }

  /** Answers with an error. */
  static void respond(HttpExchange exchange, ErrorStyle style, int status, String message) {
    respond(exchange, style, status, message, Map.of());
  }

  /** Answers with an error and further headers. */
  static void respond(
      HttpExchange exchange,
      ErrorStyle style,
      int status,
      String message,
      Map<String, String> headers) {
    int styled = style.status(status);
    exchange.respond(styled, JSON, headers, style.body(styled, message));
  }

  /** Logs an error once, as loudly as it is ours. */
  static void log(HttpExchange exchange, UnmaskException error) {
    if (error.code() == ErrorCode.INTERNAL) {
      LOG.error("[request id: {}] {}", exchange.requestId(), error.getMessage(), error);
    } else {
      LOG.debug("[request id: {}] {}", exchange.requestId(), error.getMessage());
    }
  }

  /** Answers with an error. */
  static void respond(HttpExchange exchange, ErrorStyle style, UnmaskException error) {
    log(exchange, error);
    respond(exchange, style, status(error.code()), error.getMessage());
  }

  /** What a client is told of a failure that nothing foresaw; the log has the rest. */
  static UnmaskException unexpected(Throwable failure) {
    return new UnmaskException(ErrorCode.INTERNAL, "internal error, see the server's log", failure);
  }

  /** Runs what answers an exchange; what it throws becomes the answer. */
  static void guard(HttpExchange exchange, ErrorStyle style, Runnable action) {
    try {
      action.run();
    } catch (UnmaskException e) {
      respond(exchange, style, e);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      respond(exchange, style, unexpected(e));
    }
  }
}

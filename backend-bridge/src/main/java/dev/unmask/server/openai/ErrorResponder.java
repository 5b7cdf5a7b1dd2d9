package dev.unmask.server.openai;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.http.HttpExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers with errors. Messages may show what a client sent, so that logs get no more than the
 * status and the field, save for faults of the server. Any thread.
 */
final class ErrorResponder {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorResponder.class);

  private ErrorResponder() {}

  /** Answers with an error. */
  static void respond(HttpExchange exchange, UnmaskException e) {
    OpenAiError error = logged(exchange, e);
    exchange.respond(error.status(), Json.MEDIA_TYPE, error.headers(), error.body());
  }

  /** An error that is in the log. */
  static OpenAiError logged(HttpExchange exchange, UnmaskException e) {
    OpenAiError error = OpenAiError.of(e);
    if (e.code() == ErrorCode.INTERNAL) {
      LOG.error("[request id: {}] {}", exchange.requestId(), e.getMessage(), e);
    } else {
      LOG.debug(
          "[request id: {}] {} {} param={} code={}",
          exchange.requestId(),
          error.status(),
          e.code(),
          error.param(),
          error.code());
    }
    return error;
  }

  /** Runs what answers an exchange; what it throws becomes the answer. */
  static void guard(HttpExchange exchange, Runnable action) {
    try {
      action.run();
    } catch (UnmaskException e) {
      respond(exchange, e);
    } catch (RuntimeException e) {
      respond(
          exchange,
          new UnmaskException(ErrorCode.INTERNAL, "internal error, see the server's log", e));
    }
  }
}

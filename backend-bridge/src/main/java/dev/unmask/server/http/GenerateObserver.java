package dev.unmask.server.http;

import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Answers {@code generate}, whose request must have exactly one response. With any other number the
 * status is still that of the first response and the body an error, as Triton has it; what would
 * come after a second response is cancelled.
 */
final class GenerateObserver implements ResponseObserver {
  private static final int OK = 200;
  private static final String NOT_ONE =
      "generate expects model to produce exactly 1 response, use generate stream for model that"
          + " generates various number of responses";

  private final HttpExchange exchange;
  private final ServedModel model;
  private final String id;
  private final Map<String, String> headers;
  private final AtomicBoolean superfluous = new AtomicBoolean();
  private volatile InferenceCall call;
  private byte[] body;
  private boolean answered;

  /**
   * @param id the request's, empty for none
   * @param headers of the response
   */
  GenerateObserver(
      HttpExchange exchange, ServedModel model, String id, Map<String, String> headers) {
    this.exchange = exchange;
    this.model = model;
    this.id = id;
    this.headers = headers;
  }

  /** Tells which call this observes, before or after its responses. */
  void started(InferenceCall started) {
    call = started;
    if (superfluous.get()) {
      started.cancel();
    } else {
      exchange.onDisconnect(started::cancel);
    }
  }

  @Override
  public void onResponse(InferResponse response, boolean last) {
    if (answered) {
      return;
    }
    if (body == null) {
      HttpErrors.guard(
          exchange,
          ErrorStyle.TRITON,
          () -> body = GenerateResponseWriter.body(model, id, response));
      if (body == null) {
        answered = true;
        giveUp();
      } else if (last) {
        answer(body);
      }
    } else {
      answer(ErrorStyle.TRITON.body(OK, NOT_ONE));
      if (!last) {
        giveUp();
      }
    }
  }

  @Override
  public void onCompleted() {
    if (!answered) {
      answer(body == null ? ErrorStyle.TRITON.body(OK, NOT_ONE) : body);
    }
  }

  @Override
  public void onError(UnmaskException error) {
    if (answered) {
      return;
    }
    if (body == null) {
      answered = true;
      HttpErrors.respond(exchange, ErrorStyle.TRITON, error);
    } else {
      answer(ErrorStyle.TRITON.body(OK, NOT_ONE));
    }
  }

  private void answer(byte[] answer) {
    answered = true;
    exchange.respond(OK, HttpErrors.JSON, headers, answer);
  }

  private void giveUp() {
    superfluous.set(true);
    InferenceCall started = call;
    if (started != null) {
      started.cancel();
    }
  }
}

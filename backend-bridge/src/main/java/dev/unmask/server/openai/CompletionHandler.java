package dev.unmask.server.openai;

import dev.unmask.request.GenerationObserver;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.ServedModel;
import dev.unmask.server.http.HttpExchange;
import dev.unmask.server.http.HttpHandler;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Starts the generation that a request asks for. Any thread. */
final class CompletionHandler implements HttpHandler {
  /** Bodies up to this size are read on the caller's thread. */
  private static final int LARGE_BODY = 1 << 18;

  private final CompletionApi api;
  private final InferenceServer server;
  private final Executor executor;
  private final Clock clock;

  /**
   * @param executor reads large bodies; runs or rejects every task
   */
  CompletionHandler(CompletionApi api, InferenceServer server, Executor executor, Clock clock) {
    this.api = api;
    this.server = server;
    this.executor = executor;
    this.clock = clock;
  }

  @Override
  public void handle(HttpExchange exchange) {
    Runnable start = () -> ErrorResponder.guard(exchange, () -> start(exchange));
    if (exchange.body().length <= LARGE_BODY) {
      start.run();
      return;
    }
    try {
      executor.execute(start);
    } catch (RejectedExecutionException e) {
      ErrorResponder.respond(
          exchange,
          new UnmaskException(ErrorCode.UNAVAILABLE, "too many requests are being read", e));
    }
  }

  private void start(HttpExchange exchange) {
    Fields fields = new Fields(Json.object(exchange.body()), "");
    ApiRequest request = api.read(fields, exchange.arrivalNanos());
    ServedModel model = server.model(request.model(), "");
    api.check(model);
    AnswerWriter writer = new AnswerWriter(api, identity(exchange, request, model), request);
    GenerationObserver observer =
        request.input().stream()
            ? new StreamedAnswer(exchange, writer)
            : new WholeAnswer(exchange, writer);
    exchange.onDisconnect(model.generate(request.input(), observer)::cancel);
  }

  private AnswerIdentity identity(HttpExchange exchange, ApiRequest request, ServedModel model) {
    String id = request.id() == null ? exchange.requestId() : request.id();
    return new AnswerIdentity(
        api.idPrefix() + id,
        clock.instant().getEpochSecond(),
        model.name(),
        SystemFingerprint.of(server.metadata().getVersion(), model));
  }
}

package dev.unmask.server.openai;

import dev.unmask.request.Fields;
import dev.unmask.request.GenerationObserver;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.ServedModel;
import dev.unmask.server.http.HttpExchange;
import dev.unmask.server.http.HttpHandler;
import java.time.Clock;

/** Starts the generation that a request asks for. Any thread. */
final class CompletionHandler implements HttpHandler {
  private final CompletionApi api;
  private final InferenceServer server;
  private final Clock clock;

  CompletionHandler(CompletionApi api, InferenceServer server, Clock clock) {
    this.api = api;
    this.server = server;
    this.clock = clock;
  }

  @Override
  public void handle(HttpExchange exchange) {
    ErrorResponder.guard(exchange, () -> start(exchange));
  }

  private void start(HttpExchange exchange) {
    Fields fields = new Fields(Json.object(exchange.body()), "");
    ApiRequest request = api.read(fields, exchange.requestId(), exchange.arrivalNanos());
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

package dev.unmask.server.http;

import dev.unmask.request.InferRequest;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.ServedModel;
import java.util.List;
import java.util.Map;

/** {@code POST .../generate} and {@code .../generate_stream}, of decoupled models and others. */
final class GenerateEndpoint {
  private final InferenceServer server;
  private final Workers workers;

  GenerateEndpoint(InferenceServer server, Workers workers) {
    this.server = server;
    this.workers = workers;
  }

  /** One response. */
  void generate(HttpExchange exchange, List<String> groups) {
    start(
        exchange,
        groups,
        (model, request) -> {
          GenerateObserver observer =
              new GenerateObserver(exchange, model, request.id(), loadHeaders(exchange));
          observer.started(model.infer(request, observer));
        });
  }

  /** Any number of responses, as server-sent events. */
  void stream(HttpExchange exchange, List<String> groups) {
    start(
        exchange,
        groups,
        (model, request) -> {
          GenerateStreamObserver observer =
              new GenerateStreamObserver(exchange, model, request.id(), loadHeaders(exchange));
          exchange.onDisconnect(model.infer(request, observer)::cancel);
        });
  }

  private interface Start {
    void start(ServedModel model, InferRequest request);
  }

  private void start(HttpExchange exchange, List<String> groups, Start start) {
    ServedModel model = server.model(groups.get(0), groups.get(1));
    if (Compression.ofRequest(exchange.header("content-encoding")) != Compression.IDENTITY) {
      throw UnmaskException.invalid("Unsupported content-encoding, only 'identity' is supported.");
    }
    workers.read(
        exchange,
        exchange.body().length > Workers.LARGE_BODY,
        () ->
            start.start(
                model,
                GenerateRequestReader.read(
                        model.metadata(), exchange.body(), exchange.arrivalNanos())
                    .loggedAs(exchange.requestId())));
  }

  private Map<String, String> loadHeaders(HttpExchange exchange) {
    return LoadMetrics.headers(exchange.header(LoadMetrics.REQUEST_HEADER), server::kvLoad);
  }
}

package dev.unmask.server.http;

import dev.unmask.server.InferenceServer;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Health of the server and of models. */
final class HealthEndpoints {
  private static final byte[] NO_BODY = {};

  private final InferenceServer server;
  private final BooleanSupplier draining;

  /**
   * @param draining whether the front end shuts down
   */
  HealthEndpoints(InferenceServer server, BooleanSupplier draining) {
    this.server = server;
    this.draining = draining;
  }

  /** Group 1: {@code live} or {@code ready}. */
  void health(HttpExchange exchange, List<String> groups) {
    boolean well =
        groups.get(0).equals("live")
            ? server.isLive()
            : server.isReady() && !draining.getAsBoolean();
    exchange.respond(well ? 200 : HttpErrors.BAD_REQUEST, null, Map.of(), NO_BODY);
  }

  void modelReady(HttpExchange exchange, List<String> groups) {
    if (server.isModelReady(groups.get(0), groups.get(1)) && !draining.getAsBoolean()) {
      exchange.respond(200, null, Map.of(), NO_BODY);
    } else {
      HttpErrors.respond(
          exchange, ErrorStyle.TRITON, HttpErrors.BAD_REQUEST, "Model version not ready");
    }
  }
}

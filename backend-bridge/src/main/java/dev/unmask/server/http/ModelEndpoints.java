package dev.unmask.server.http;

import com.google.protobuf.Message;
import dev.unmask.protocol.ModelStatisticsResponse;
import dev.unmask.server.InferenceServer;
import java.util.List;
import java.util.Map;

/** Metadata, configuration and statistics. */
final class ModelEndpoints {
  private final InferenceServer server;

  ModelEndpoints(InferenceServer server) {
    this.server = server;
  }

  void serverMetadata(HttpExchange exchange, List<String> groups) {
    respond(exchange, server.metadata());
  }

  void metadata(HttpExchange exchange, List<String> groups) {
    respond(exchange, server.model(groups.get(0), groups.get(1)).metadata());
  }

  void config(HttpExchange exchange, List<String> groups) {
    respond(exchange, server.model(groups.get(0), groups.get(1)).config());
  }

  void allStatistics(HttpExchange exchange, List<String> groups) {
    statistics(exchange, "", "");
  }

  void statistics(HttpExchange exchange, List<String> groups) {
    statistics(exchange, groups.get(0), groups.get(1));
  }

  private void statistics(HttpExchange exchange, String name, String version) {
    respond(
        exchange,
        ModelStatisticsResponse.newBuilder()
            .addAllModelStats(server.statistics(name, version))
            .build());
  }

  private static void respond(HttpExchange exchange, Message message) {
    exchange.respond(200, HttpErrors.JSON, Map.of(), ProtoJson.bytes(message));
  }
}

package dev.unmask.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.RepositoryIndexResponse.ModelIndex;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/** Index, load and unload of the model repository. */
final class RepositoryEndpoints {
  private static final byte[] NO_BODY = {};

  private final InferenceServer server;
  private final Workers workers;

  RepositoryEndpoints(InferenceServer server, Workers workers) {
    this.server = server;
    this.workers = workers;
  }

  /** Group 1: repository. */
  void index(HttpExchange exchange, List<String> groups) {
    ObjectNode request = body(exchange);
    boolean readyOnly = request != null && flag(request, "ready");
    RepositoryIndexResponse index = server.index(groups.get(0), readyOnly);
    byte[] body =
        Json.write(
            out -> {
              out.writeStartArray();
              for (ModelIndex model : index.getModelsList()) {
                out.writeStartObject();
                out.writeStringField("name", model.getName());
                for (Entry<String, String> field :
                    List.of(
                        Map.entry("version", model.getVersion()),
                        Map.entry("state", model.getState()),
                        Map.entry("reason", model.getReason()))) {
                  if (!field.getValue().isEmpty()) {
                    out.writeStringField(field.getKey(), field.getValue());
                  }
                }
                out.writeEndObject();
              }
              out.writeEndArray();
            });
    exchange.respond(200, HttpErrors.JSON, Map.of(), body);
  }

  /** Groups: repository, model. */
  void load(HttpExchange exchange, List<String> groups) {
    workers.control(
        exchange,
        () -> {
          server.load(groups.get(0), groups.get(1), loadParameters(body(exchange)));
          exchange.respond(200, HttpErrors.JSON, Map.of(), NO_BODY);
        });
  }

  /** Groups: repository, model. */
  void unload(HttpExchange exchange, List<String> groups) {
    workers.control(
        exchange,
        () -> {
          JsonNode parameters = parameters(body(exchange));
          boolean dependents = parameters != null && flag(parameters, "unload_dependents");
          server.unload(groups.get(0), groups.get(1), dependents);
          exchange.respond(200, HttpErrors.JSON, Map.of(), NO_BODY);
        });
  }

  private static Map<String, Object> loadParameters(ObjectNode request) {
    Map<String, Object> parameters = new HashMap<>();
    JsonNode given = parameters(request);
    if (given != null) {
      for (Entry<String, JsonNode> parameter : given.properties()) {
        parameters.put(parameter.getKey(), loadParameter(parameter.getKey(), parameter.getValue()));
      }
    }
    return parameters;
  }

  private static Object loadParameter(String name, JsonNode value) {
    if (!value.isTextual()) {
      throw UnmaskException.invalid("load parameter '" + name + "' is not a JSON string");
    }
    if (name.equals("config")) {
      return value.textValue();
    }
    if (!name.startsWith("file:")) {
      throw UnmaskException.invalid(
          "load parameter '" + name + "' is unknown: expected config or file:<version>/<name>");
    }
    try {
      return Base64.getDecoder().decode(value.textValue());
    } catch (IllegalArgumentException e) {
      throw new UnmaskException(
          ErrorCode.INVALID_ARGUMENT, "load parameter '" + name + "' is not base64", e);
    }
  }

  /** The request's {@code parameters}; null for none. */
  private static JsonNode parameters(ObjectNode request) {
    JsonNode parameters = request == null ? null : request.get("parameters");
    if (parameters != null && !parameters.isObject()) {
      throw UnmaskException.invalid("'parameters' is not a JSON object");
    }
    return parameters;
  }

  private static boolean flag(JsonNode request, String name) {
    JsonNode value = request.get(name);
    if (value != null && !value.isBoolean()) {
      throw UnmaskException.invalid("Unable to parse '" + name + "': it is not a JSON boolean");
    }
    return value != null && value.booleanValue();
  }

  /** Null for an empty body. */
  private static ObjectNode body(HttpExchange exchange) {
    return exchange.body().length == 0 ? null : Json.object(exchange.body());
  }
}

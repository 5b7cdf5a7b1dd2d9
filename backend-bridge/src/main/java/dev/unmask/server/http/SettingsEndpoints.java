package dev.unmask.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/** Log and trace settings. */
final class SettingsEndpoints {
  private static final String TRACE_LEVEL = "trace_level";

  private final InferenceServer server;

  SettingsEndpoints(InferenceServer server) {
    this.server = server;
  }

  void logs(HttpExchange exchange, List<String> groups) {
    byte[] body =
        Json.write(
            out -> {
              out.writeStartObject();
              Json.writeMembers(out, server.logs().settings());
              out.writeEndObject();
            });
    exchange.respond(200, HttpErrors.JSON, Map.of(), body);
  }

  void updateLogs(HttpExchange exchange, List<String> groups) {
    Map<String, Object> changes = new HashMap<>();
    for (Entry<String, JsonNode> setting : Json.object(exchange.body()).properties()) {
      JsonNode value = setting.getValue();
      if (value.isTextual()) {
        changes.put(setting.getKey(), value.textValue());
      } else if (value.isBoolean()) {
        changes.put(setting.getKey(), value.booleanValue());
      } else if (value.isInt()) {
        changes.put(setting.getKey(), value.intValue());
      } else if (!value.isNull()) {
        throw invalid(setting.getKey());
      }
    }
    server.logs().update(changes);
    logs(exchange, groups);
  }

  /** Group 1: model; without groups the global settings. */
  void trace(HttpExchange exchange, List<String> groups) {
    Map<String, List<String>> settings = server.traces().settings(model(groups));
    byte[] body =
        Json.write(
            out -> {
              out.writeStartObject();
              for (Entry<String, List<String>> setting : settings.entrySet()) {
                List<String> values = setting.getValue();
                out.writeFieldName(setting.getKey());
                if (setting.getKey().equals(TRACE_LEVEL)) {
                  out.writeArray(values.toArray(new String[0]), 0, values.size());
                } else {
                  out.writeString(values.isEmpty() ? "" : values.get(0));
                }
              }
              out.writeEndObject();
            });
    exchange.respond(200, HttpErrors.JSON, Map.of(), body);
  }

  /** Group 1: model; without groups the global settings. */
  void updateTrace(HttpExchange exchange, List<String> groups) {
    Map<String, List<String>> changes = new HashMap<>();
    for (Entry<String, JsonNode> setting : Json.object(exchange.body()).properties()) {
      changes.put(setting.getKey(), values(setting.getKey(), setting.getValue()));
    }
    server.traces().update(model(groups), changes);
    trace(exchange, groups);
  }

  private static List<String> values(String name, JsonNode value) {
    if (value.isNull()) {
      return List.of();
    }
    if (value.isTextual()) {
      return List.of(value.textValue());
    }
    if (!value.isArray()) {
      throw invalid(name);
    }
    List<String> values = new ArrayList<>();
    for (JsonNode element : value) {
      if (!element.isTextual()) {
        throw invalid(name);
      }
      values.add(element.textValue());
    }
    return values;
  }

  private static String model(List<String> groups) {
    return groups.isEmpty() ? "" : groups.get(0);
  }

  private static UnmaskException invalid(String name) {
    return UnmaskException.invalid("setting '" + name + "' has a value of the wrong type");
  }
}

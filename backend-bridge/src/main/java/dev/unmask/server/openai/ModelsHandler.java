package dev.unmask.server.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.protocol.RepositoryIndexResponse.ModelIndex;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.http.HttpExchange;
import dev.unmask.server.http.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Answers which models take requests: all, or one by name. Any thread. */
final class ModelsHandler implements HttpHandler {
  /** Path of the list; a model's is this, a slash and its name. */
  static final String PATH = "/v1/models";

  private static final int OK = 200;

  private final InferenceServer server;
  private final long created;

  /**
   * @param started when the server began to offer its models
   */
  ModelsHandler(InferenceServer server, Instant started) {
    this.server = server;
    created = started.getEpochSecond();
  }

  @Override
  public void handle(HttpExchange exchange) {
    ErrorResponder.guard(
        exchange,
        () -> {
          String path = exchange.path();
          byte[] body = path.equals(PATH) ? list() : one(decoded(path));
          exchange.respond(OK, Json.MEDIA_TYPE, Map.of(), body);
        });
  }

  private static String decoded(String path) {
    // A plus sign is itself in a path; only in queries does it stand for a space.
    String name = path.substring(PATH.length() + 1).replace("+", "%2B");
    try {
      return URLDecoder.decode(name, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new UnmaskException(
          ErrorCode.INVALID_ARGUMENT, "model=\"" + name + "\" has a malformed escape sequence", e);
    }
  }

  private byte[] list() {
    Set<String> names = new LinkedHashSet<>();
    for (ModelIndex model : server.index("", true).getModelsList()) {
      names.add(model.getName());
    }
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (String name : names) {
            model(json, name);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private byte[] one(String name) {
    String ready = server.model(name, "").name();
    return Json.write(json -> model(json, ready));
  }

  private void model(JsonGenerator json, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", name);
    json.writeStringField("object", "model");
    json.writeNumberField("created", created);
    json.writeStringField("owned_by", "unmask");
    json.writeEndObject();
  }
}

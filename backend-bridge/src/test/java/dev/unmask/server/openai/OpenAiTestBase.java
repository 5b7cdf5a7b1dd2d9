package dev.unmask.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.request.GenerationDelta;
import dev.unmask.request.GenerationResult;
import dev.unmask.request.TokenLogprob;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.server.http.HttpRoute;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** One server with the model {@code m}, and answers it may give. */
abstract class OpenAiTestBase {
  static final long NOW = 1_700_000_000L;
  static final String CHAT = "/v1/chat/completions";
  static final String COMPLETIONS = "/v1/completions";

  final FakeServer server = new FakeServer();
  final FakeModel model = server.add("m");
  final OpenAiApi api =
      new OpenAiApi(server, Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC));

  /** Sends a chat request: members besides model and messages, each followed by a comma. */
  FakeExchange chat(String members) {
    return post(
        CHAT, "{" + members + "'model':'m','messages':[{'role':'user','content':'Hello'}]}");
  }

  /** Sends a completion request: members besides model and prompt, each followed by a comma. */
  FakeExchange complete(String members) {
    return post(COMPLETIONS, "{" + members + "'model':'m','prompt':'Once'}");
  }

  /** Sends a body in which single quotes stand for double ones. */
  FakeExchange post(String path, String body) {
    return send(new FakeExchange("POST", path, body.replace('\'', '"')));
  }

  FakeExchange get(String path) {
    return send(new FakeExchange("GET", path, ""));
  }

  /** Sends a request where its route leads. */
  FakeExchange send(FakeExchange exchange) {
    for (HttpRoute route : api.routes()) {
      boolean below = route.prefix() && exchange.path().startsWith(route.path() + "/");
      if (route.method().equals(exchange.method())
          && (below || route.path().equals(exchange.path()))) {
        route.handler().handle(exchange);
        return exchange;
      }
    }
    throw new AssertionError("no route for " + exchange.path());
  }

  /** JSON in which single quotes stand for double ones. */
  static JsonNode json(String text) {
    return FakeExchange.parse(text.replace('\'', '"'));
  }

  static TokenLogprob token(String text, double logprob, TokenLogprob... alternatives) {
    return token(text, text.getBytes(StandardCharsets.UTF_8), logprob, alternatives);
  }

  static TokenLogprob token(
      String text, byte[] bytes, double logprob, TokenLogprob... alternatives) {
    return new TokenLogprob(7, text, bytes, logprob, 1, List.of(alternatives));
  }

  /** A delta with as many tokens as log-probabilities, or one. */
  static GenerationDelta delta(String text, TokenLogprob... logprobs) {
    return new GenerationDelta(text, new int[Math.max(1, logprobs.length)], List.of(logprobs));
  }

  static GenerationDelta nothing() {
    return new GenerationDelta("", new int[0], List.of());
  }

  /** Three tokens after a prompt of five, two of which were reused. */
  static GenerationResult result(String text, FinishReason reason) {
    return new GenerationResult(
        reason, text, new int[3], Double.NaN, 5, 2, 4, 9, new GenerationResult.Timing(1, 2, 3, 4));
  }

  static void assertError(
      FakeExchange exchange, int status, String type, String param, String code, String message) {
    JsonNode error = exchange.json().get("error");
    assertEquals(message, error.get("message").asText());
    assertEquals(status, exchange.status);
    assertEquals("application/json", exchange.contentType);
    assertEquals(type, error.get("type").asText());
    assertEquals(param, error.get("param").textValue());
    assertEquals(code, error.get("code").textValue());
    assertEquals(4, error.size());
    assertTrue(exchange.complete);
  }

  /** Asserts that a request was refused before any model heard of it. */
  void assertRefused(FakeExchange exchange, String param, String message) {
    assertError(exchange, 400, "invalid_request_error", param, null, message);
    assertTrue(model.inputs.isEmpty());
  }
}

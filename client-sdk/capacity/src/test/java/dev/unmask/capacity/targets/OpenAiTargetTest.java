package dev.unmask.capacity.targets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenAiTargetTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HttpServer server;
  private OpenAiTarget target;
  private volatile int status = 200;
  private volatile String answer = "";
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
  private final List<String> texts = new ArrayList<>();

  private final ResponseListener listener =
      new ResponseListener() {
        @Override
        public void onText(String text) {
          texts.add(text);
        }

        @Override
        public void onEnd(Answer complete) {
          told.add(complete);
        }

        @Override
        public void onError(TargetError error) {
          told.add(error);
        }
      };

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/",
        exchange -> {
          asked.add(
              exchange.getRequestURI().getPath()
                  + " "
                  + exchange.getRequestHeaders().getFirst("authorization")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    target =
        new OpenAiTarget(
            URI.create("http://localhost:" + server.getAddress().getPort() + "/v1"),
            "m",
            "secret",
            Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() {
    server.stop(0);
    target.close();
  }

  private Object send(Prompt prompt) throws InterruptedException {
    target.send(new TargetRequest("r", prompt, Map.of("max_tokens", 5)), listener);
    return told.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void chat_isStreamedWithItsUsage() throws Exception {
    answer =
        """
        data: {"choices":[{"delta":{"role":"assistant","content":null}}]}

        data: {"choices":[{"delta":{"content":"Hel"},"finish_reason":null}]}

        : a comment
        data: {"choices":[{"delta":{"content":"lo"},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}

        data: [DONE]

        """;
    assertEquals(Answer.ofTokens("Hello", 3, 2, "stop"), send(Prompt.ofUser("Hi")));
    assertEquals(List.of("Hel", "lo"), texts);
    String request = asked.take();
    assertTrue(request.startsWith("/v1/chat/completions Bearer secret "), request);
    JsonNode body = JSON.readTree(request.substring(request.indexOf('{')));
    assertEquals("m", body.get("model").asText());
    assertEquals(5, body.get("max_tokens").asInt());
    assertTrue(body.get("stream").asBoolean());
    assertTrue(body.get("stream_options").get("include_usage").asBoolean());
    assertEquals("Hi", body.get("messages").get(0).get("content").asText());
  }

  @Test
  void rawPrompts_goToCompletions_andMissingUsageIsUnknown() throws Exception {
    answer =
        "data: {\"choices\":[{\"text\":\"x\",\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n";
    assertEquals(
        Answer.ofTokens("x", Answer.UNKNOWN, Answer.UNKNOWN, "length"), send(Prompt.ofRaw("p")));
    assertTrue(asked.take().startsWith("/v1/completions "));
  }

  @Test
  void errorsOfTheServer_areTold() throws Exception {
    status = 429;
    answer = "{\"error\": \"slow down\"}";
    assertEquals(new TargetError("HTTP_429", answer), send(Prompt.ofUser("Hi")));
    status = 200;
    answer = "data: {\"error\": {\"message\": \"out\"}}\n\ndata: [DONE]\n";
    assertEquals(new TargetError("SERVER", "{\"message\":\"out\"}"), send(Prompt.ofUser("Hi")));
  }

  @Test
  void aStreamThatBreaksOff_isAnError() throws Exception {
    answer = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    assertEquals(
        new TargetError("PROTOCOL", "the stream ended before the answer did"),
        send(Prompt.ofUser("Hi")));
    answer = "data: nonsense\n\n";
    assertEquals("PROTOCOL", ((TargetError) send(Prompt.ofUser("Hi"))).kind());
    assertTrue(told.isEmpty());
  }

  @Test
  void noServer_isAnError() throws Exception {
    server.stop(0);
    assertEquals("UNAVAILABLE", ((TargetError) send(Prompt.ofUser("Hi"))).kind());
  }
}

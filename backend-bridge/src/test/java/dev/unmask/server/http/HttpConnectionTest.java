package dev.unmask.server.http;

import static dev.unmask.server.http.HttpFixture.PATIENCE_SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.request.InferResponse;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConnectionTest {
  private static final String GENERATE = "/v2/models/m/generate";
  private static final String STREAM = "/v2/models/m/generate_stream";

  private HttpFixture http = new HttpFixture();

  @AfterEach
  void stop() {
    http.close();
  }

  private void restart(UnaryOperator<HttpOptions.Builder> options) {
    http.close();
    http = new HttpFixture(options, List.of());
  }

  private static InferResponse response(String text) {
    return new InferResponse(Map.of(), List.of(Tensor.ofStrings("text_output", text)));
  }

  private ResponseObserver nextObserver() throws InterruptedException {
    ResponseObserver observer = http.model.observers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertNotNull(observer);
    return observer;
  }

  private void assertCancelled(ResponseObserver observer) throws Exception {
    assertSame(observer, http.model.cancelled.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @ValueSource(strings = {GENERATE, STREAM})
  void disconnect_whileComputing_cancels(String path) throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(path, "{}"));
      ResponseObserver observer = nextObserver();
      client.disconnect();
      assertCancelled(observer);
      observer.onResponse(response("late"), true);
    }
    assertEquals(200, http.get("/v2").statusCode());
  }

  @Test
  void reset_whileComputing_cancels() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(GENERATE, "{}"));
      ResponseObserver observer = nextObserver();
      client.reset();
      assertCancelled(observer);
    }
  }

  @Test
  void halfClose_whileComputing_cancels() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(GENERATE, "{}"));
      ResponseObserver observer = nextObserver();
      client.finish();
      assertCancelled(observer);
    }
  }

  @Test
  void disconnect_midStream_cancels() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(STREAM, "{}"));
      ResponseObserver observer = nextObserver();
      observer.onResponse(response("a"), false);
      assertTrue(client.readTo("\"text_output\":\"a\"}\n\n").startsWith("HTTP/1.1 200 OK\r\n"));
      client.disconnect();
      assertCancelled(observer);
      observer.onResponse(response("b"), false);
      observer.onCompleted();
    }
  }

  @Test
  void disconnect_midBody_startsNothing() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send("POST " + GENERATE + " HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{");
    }
    assertEquals(200, http.get("/v2").statusCode());
    assertTrue(http.model.requests.isEmpty());
  }

  @Test
  void close_frontEnd_cancelsWhatRuns() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(GENERATE, "{}"));
      ResponseObserver observer = nextObserver();
      http.frontEnd.close();
      assertCancelled(observer);
      observer.onResponse(response("late"), true);
      assertEquals("", client.readAll());
    }
  }

  @Test
  void drain_midStream_letsItEnd() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(STREAM, "{}"));
      ResponseObserver observer = nextObserver();
      http.frontEnd.drain();
      observer.onResponse(response("a"), false);
      client.readTo("\"a\"}\n\n");
      observer.onResponse(response("b"), true);
      assertTrue(client.readAll().endsWith("\"b\"}\n\n\r\n0\r\n\r\n"));
    }
  }

  @Test
  void pipelined_requests_answeredInOrder() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(
          RawClient.post(GENERATE, "{\"id\":\"1\"}")
              + RawClient.get("/v2/health/live")
              + RawClient.post(GENERATE, "{\"id\":\"2\"}"));
      ResponseObserver first = nextObserver();
      assertTrue(http.model.observers.isEmpty());
      first.onResponse(response("a"), true);
      assertTrue(client.readTo("\"text_output\":\"a\"}").contains("{\"id\":\"1\""));
      assertTrue(client.readTo("\r\n\r\n").startsWith("HTTP/1.1 200 OK\r\n"));
      nextObserver().onResponse(response("b"), true);
      assertTrue(client.readTo("\"text_output\":\"b\"}").contains("{\"id\":\"2\""));
    }
  }

  @Test
  void pipelined_thousands_answeredAll() throws Exception {
    int count = 3000;
    try (RawClient client = new RawClient(http.port())) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  client.send(RawClient.get("/v2/health/live").repeat(count));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      sender.start();
      for (int i = 0; i < count; i++) {
        assertTrue(client.readTo("\r\n\r\n").startsWith("HTTP/1.1 200 OK\r\n"));
      }
      sender.join();
    }
  }

  @Test
  void http10_withoutKeepAlive_closes() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send("GET /v2/health/live HTTP/1.0\r\n\r\n");
      String answer = client.readAll();
      assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
      assertTrue(answer.contains("content-length: 0\r\n"), answer);
    }
  }

  @Test
  void http10_withKeepAlive_stays() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      String request = "GET /v2/health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
      client.send(request);
      assertTrue(client.readTo("\r\n\r\n").contains("connection: keep-alive\r\n"));
      client.send(request);
      assertTrue(client.readTo("\r\n\r\n").startsWith("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void http10_stream_endsWithConnection() throws Exception {
    http.model.script(
        (request, observer) -> {
          observer.onResponse(response("a"), false);
          observer.onCompleted();
        });
    try (RawClient client = new RawClient(http.port())) {
      client.send("POST " + STREAM + " HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}");
      String answer = client.readAll();
      assertFalse(answer.contains("chunked"), answer);
      assertTrue(answer.endsWith("\r\n\r\ndata: " + answer.substring(answer.indexOf('{'))), answer);
    }
  }

  @Test
  void connectionClose_asked_closesAfterAnswer() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send("GET /v2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      String answer = client.readAll();
      assertTrue(answer.contains("connection: close\r\n"), answer);
      assertTrue(answer.endsWith("}"), answer);
    }
  }

  @Test
  void absoluteUriAndQuery_get_routed() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.get("http://h:1/v2/health/live?x=1#y"));
      assertTrue(client.readTo("\r\n\r\n").startsWith("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void expectContinue_given_isAnsweredBeforeBody() throws Exception {
    http.model.answer(Tensor.ofStrings("text_output", "ok"));
    try (RawClient client = new RawClient(http.port())) {
      String whole = RawClient.post(GENERATE, "{}", "Expect: 100-continue");
      client.send(whole.substring(0, whole.length() - 2));
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.readTo("\r\n\r\n"));
      client.send("{}");
      assertTrue(client.readTo("}").startsWith("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void expectContinue_behindOtherRequest_waitsItsTurn() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      String second = RawClient.post(GENERATE, "{}", "Expect: 100-continue");
      client.send(RawClient.post(GENERATE, "{}") + second.substring(0, second.length() - 2));
      nextObserver().onResponse(response("first"), true);
      assertTrue(client.readTo("first\"}").startsWith("HTTP/1.1 200 OK"));
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.readTo("\r\n\r\n"));
    }
  }

  @Test
  void expectOther_given_417() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(GENERATE, "{}", "Expect: magic"));
      assertTrue(client.readAll().startsWith("HTTP/1.1 417 "));
    }
  }

  @Test
  void body_announcedTooLarge_400WithoutReadingIt() throws Exception {
    restart(options -> options.maxInputBytes(1000));
    try (RawClient client = new RawClient(http.port())) {
      client.send(
          "POST "
              + GENERATE
              + " HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
              + "Content-Length: 1001\r\n\r\n");
      String answer = client.readAll();
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertTrue(
          answer.contains(
              "Request JSON size of 1001 bytes exceeds the maximum allowed value of 1000 bytes."
                  + " Use --http-max-input-size to increase the limit."),
          answer);
    }
  }

  @Test
  void body_chunksTooLarge_400() throws Exception {
    restart(options -> options.maxInputBytes(1000));
    try (RawClient client = new RawClient(http.port())) {
      client.send(
          "POST "
              + GENERATE
              + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              + ("100\r\n" + "x".repeat(256) + "\r\n").repeat(4));
      String answer = client.readAll();
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertTrue(answer.contains("exceeds the maximum allowed value"), answer);
    }
  }

  @Test
  void body_atLimitInChunks_isTaken() throws Exception {
    restart(options -> options.maxInputBytes(1000));
    http.model.answer(Tensor.ofStrings("text_output", "ok"));
    try (RawClient client = new RawClient(http.port())) {
      StringBuilder chunks = new StringBuilder();
      for (char c : ("{" + " ".repeat(998) + "}").toCharArray()) {
        chunks.append("1\r\n").append(c).append("\r\n");
      }
      client.send(
          "POST "
              + GENERATE
              + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              + chunks
              + "0\r\n\r\n");
      assertTrue(client.readTo("\"ok\"}").startsWith("HTTP/1.1 200 OK"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost h\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /v2/logging HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "POST /v2/logging HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
      })
  void request_malformed_400AndClosed(String request) throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send(request);
      String answer = client.readAll();
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertTrue(answer.endsWith("{\"error\":\"malformed HTTP request\"}"), answer);
    }
  }

  @Test
  void version_unknown_505() throws Exception {
    try (RawClient client = new RawClient(http.port())) {
      client.send("GET /v2 HTTP/1.7\r\nHost: h\r\n\r\n");
      assertTrue(client.readAll().startsWith("HTTP/1.1 505 "));
    }
  }

  @Test
  void headers_tooLarge_431And414() throws Exception {
    restart(options -> options.maxHeaderBytes(1024));
    try (RawClient client = new RawClient(http.port())) {
      client.send("GET /v2 HTTP/1.1\r\nX: " + "x".repeat(2000) + "\r\n\r\n");
      assertTrue(client.readAll().startsWith("HTTP/1.1 431 "));
    }
    try (RawClient client = new RawClient(http.port())) {
      client.send("GET /" + "x".repeat(2000) + " HTTP/1.1\r\n\r\n");
      assertTrue(client.readAll().startsWith("HTTP/1.1 414 "));
    }
  }

  @Test
  void slowHeader_pastReadTimeout_408() throws Exception {
    restart(options -> options.readTimeout(Duration.ofMillis(200)));
    try (RawClient client = new RawClient(http.port())) {
      client.send("GET /v2 HTTP/1.1\r\nHost:");
      assertTrue(client.readAll().startsWith("HTTP/1.1 408 "));
    }
  }

  @Test
  void slowBody_pastReadTimeout_408() throws Exception {
    restart(options -> options.readTimeout(Duration.ofMillis(200)));
    try (RawClient client = new RawClient(http.port())) {
      client.send("POST " + GENERATE + " HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n{");
      assertTrue(client.readAll().startsWith("HTTP/1.1 408 "));
    }
    assertTrue(http.model.requests.isEmpty());
  }

  @Test
  void idleConnection_pastTimeout_isClosed() throws Exception {
    restart(options -> options.idleTimeout(Duration.ofMillis(200)));
    try (RawClient client = new RawClient(http.port())) {
      assertEquals("", client.readAll());
    }
  }

  @Test
  void reader_takingNothing_isClosedAndCancelled() throws Exception {
    restart(options -> options.idleTimeout(Duration.ofSeconds(3)));
    try (RawClient client = new RawClient(http.port())) {
      client.send(RawClient.post(STREAM, "{}"));
      ResponseObserver observer = nextObserver();
      String megabyte = "x".repeat(1 << 20);
      for (int i = 0; i < 16; i++) {
        observer.onResponse(response(megabyte), false);
      }
      assertCancelled(observer);
    }
  }

  @Test
  void connections_tooMany_503() throws Exception {
    restart(options -> options.maxConnections(1));
    try (RawClient first = new RawClient(http.port())) {
      first.send(RawClient.get("/v2/health/live"));
      assertTrue(first.readTo("\r\n\r\n").startsWith("HTTP/1.1 200 OK"));
      try (RawClient second = new RawClient(http.port())) {
        String answer = second.readAll();
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertTrue(answer.endsWith("{\"error\":\"too many connections\"}"), answer);
      }
      first.send(RawClient.get("/v2/health/live"));
      assertTrue(first.readTo("\r\n\r\n").startsWith("HTTP/1.1 200 OK"));
    }
  }
}

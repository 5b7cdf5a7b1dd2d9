package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.RequestObserver;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an HTTP server may do wrong: never a hang, a token lost or told twice, or a leak. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpFaultsTest {
  private static final GenerateRequest REQUEST =
      GenerateRequest.builder("m").prompt("p").requestId("r").build();
  private static final String FIRST = "{\"model_name\":\"m\",\"text_output\":\"a\"}";
  private static final String LAST =
      "{\"model_name\":\"m\",\"text_output\":\"b\",\"finish_reason\":\"stop\"}";

  @AfterEach
  void noThreadIsLeft() throws InterruptedException {
    Threads.assertNoneLeft();
  }

  private static UnmaskClient.Builder client(ScriptedHttpServer... servers) {
    UnmaskClient.Builder builder = UnmaskClient.builder();
    for (ScriptedHttpServer server : servers) {
      builder.endpoints(server.uri());
    }
    return builder.retry(new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 1));
  }

  @Test
  void dropAfterTheFirstEvent_failsOnceAndIsNotRetried() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.events();
                  connection.event(FIRST);
                  connection.close();
                });
        UnmaskClient client = client(server).build()) {
      List<String> deltas = new ArrayList<>();
      UnmaskClientException failure = Streams.failure(client, REQUEST, deltas);
      assertEquals(ErrorCode.UNAVAILABLE, failure.code());
      assertFalse(failure.isRetrySafe());
      assertEquals("r", failure.requestId());
      assertEquals(server.uri(), failure.endpoint());
      assertEquals(List.of("a"), deltas);
      assertEquals(1, server.requests());
    }
  }

  @Test
  void cleanEndWithoutFinishReason_isAFaultOfTheProtocol() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.events();
                  connection.event(FIRST);
                  connection.endEvents();
                });
        UnmaskClient client = client(server).build()) {
      List<String> deltas = new ArrayList<>();
      UnmaskClientException failure = Streams.failure(client, REQUEST, deltas);
      assertEquals(ErrorCode.PROTOCOL, failure.code());
      assertEquals("responses ended before output 'finish_reason' came", failure.getMessage());
      assertEquals(List.of("a"), deltas);
    }
  }

  @Test
  void slowHeaders_idleTimeout() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.send("HTTP/1.1 200 OK\r\ncontent-le");
                  connection.awaitClosed();
                  closed.countDown();
                });
        UnmaskClient client = client(server).idleTimeout(Duration.ofMillis(50)).build()) {
      UnmaskClientException failure = Streams.failure(client, REQUEST, new ArrayList<>());
      assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
      assertEquals("no response within idleTimeout=PT0.05S", failure.getMessage());
      assertTrue(closed.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void halfClosedWithinTheBody_fails() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"text");
                  connection.halfClose();
                });
        UnmaskClient client = client(server).retry(RetryPolicy.NONE).build()) {
      UnmaskClientException failure =
          assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
      assertEquals(ErrorCode.UNAVAILABLE, failure.code());
      assertTrue(failure.getMessage().startsWith("connection broke within the response"));
    }
  }

  @Test
  void oversizedEventAndBody_refused() throws Exception {
    AtomicInteger streams = new AtomicInteger();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  String large = "x".repeat(5000);
                  if (request.contains("generate_stream")) {
                    streams.incrementAndGet();
                    connection.events();
                    connection.event(FIRST);
                    connection.event("{\"text_output\":\"" + large + "\"}");
                    connection.awaitClosed();
                  } else {
                    connection.json(200, "{\"text_output\":\"" + large + "\"}");
                  }
                });
        UnmaskClient client = client(server).maxResponseBytes(1000).build()) {
      List<String> deltas = new ArrayList<>();
      UnmaskClientException failure = Streams.failure(client, REQUEST, deltas);
      assertEquals(ErrorCode.RESOURCE_EXHAUSTED, failure.code());
      assertEquals("response is longer than maxResponseBytes=1000", failure.getMessage());
      assertEquals(List.of("a"), deltas);
      assertEquals(1, streams.get());
      failure = assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
      assertEquals(ErrorCode.RESOURCE_EXHAUSTED, failure.code());
    }
  }

  @Test
  void wrongFraming_isAFaultOfTheProtocol() throws Exception {
    List<String> answers =
        List.of(
            "NONSENSE\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked"
                + "\r\n\r\nzz\r\nxx",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nnot json!",
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 8\r\n\r\ndata: {\"");
    for (String answer : answers) {
      try (ScriptedHttpServer server =
              new ScriptedHttpServer(
                  (connection, request) -> {
                    connection.send(answer);
                    connection.awaitClosed();
                  });
          UnmaskClient client = client(server).build()) {
        UnmaskClientException failure = Streams.failure(client, REQUEST, new ArrayList<>());
        assertEquals(ErrorCode.PROTOCOL, failure.code(), answer + failure);
        assertEquals(1, server.requests());
      }
    }
  }

  @Test
  void unavailable_isRetriedUntilItIsNot() throws Exception {
    AtomicInteger count = new AtomicInteger();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  if (count.incrementAndGet() < 3) {
                    connection.json(503, "{\"error\":\"queue is full\"}");
                  } else {
                    connection.json(200, LAST);
                  }
                });
        UnmaskClient client = client(server).build()) {
      assertEquals("b", client.generate(REQUEST).text());
      assertEquals(3, server.requests());
      assertEquals(1, server.connections());
    }
  }

  @Test
  void otherErrors_areNotRetried() throws Exception {
    for (int status : new int[] {400, 403, 404, 500, 501}) {
      try (ScriptedHttpServer server =
              new ScriptedHttpServer(
                  (connection, request) -> connection.json(status, "{\"error\":\"no\"}"));
          UnmaskClient client = client(server).build()) {
        UnmaskClientException failure =
            assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
        assertEquals(HttpStatus.code(status), failure.code());
        assertEquals("no", failure.getMessage());
        assertFalse(failure.isRetrySafe());
        assertEquals(1, server.requests());
      }
    }
  }

  @Test
  void retries_endWithTheBudget() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> connection.json(503, "{\"error\":\"full\"}"));
        UnmaskClient client =
            client(server).retry(new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 0)).build()) {
      for (int i = 0; i < 20; i++) {
        UnmaskClientException failure =
            assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
        assertTrue(failure.isRetrySafe());
      }
      // Ten retries were saved up, and none is earned.
      assertEquals(30, server.requests());
    }
  }

  @Test
  void keptConnectionClosedByTheServer_anotherIsMade() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.json(200, LAST);
                  connection.close();
                });
        UnmaskClient client = client(server).build()) {
      for (int i = 0; i < 5; i++) {
        assertEquals("b", client.generate(REQUEST).text());
      }
      assertEquals(5, server.connections());
    }
  }

  @Test
  void flappingEndpoint_isPassedOverUntilItIsReady() throws Exception {
    AtomicInteger bad = new AtomicInteger();
    ScriptedHttpServer.Script good = (connection, request) -> connection.json(200, LAST);
    try (ScriptedHttpServer steady = new ScriptedHttpServer(good)) {
      ScriptedHttpServer flapping = new ScriptedHttpServer(good);
      int port = flapping.port();
      try (UnmaskClient client =
          client(steady, flapping)
              .interceptor(
                  (info, headers) ->
                      new RequestObserver() {
                        @Override
                        public void onAttempt(String endpoint, int attempt) {
                          if (endpoint.endsWith(":" + port)) {
                            bad.incrementAndGet();
                          }
                        }
                      })
              .build()) {
        for (int round = 0; round < 2; round++) {
          for (int i = 0; i < 10; i++) {
            assertEquals("b", client.generate(REQUEST).text());
          }
          assertTrue(flapping.requests() >= 5, "used while it is well");
          flapping.close();
          bad.set(0);
          for (int i = 0; i < 10; i++) {
            assertEquals("b", client.generate(REQUEST).text());
          }
          // It takes one failure, or two where a kept connection was closed and then a new refused.
          assertTrue(bad.get() <= 2, "avoided while it is not, after " + bad);
          flapping = new ScriptedHttpServer(port, good);
          while (flapping.requests() < 6) {
            assertEquals("b", client.generate(REQUEST).text());
          }
        }
      } finally {
        flapping.close();
      }
    }
  }

  @Test
  void cancel_closesTheConnection() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.events();
                  connection.event(FIRST);
                  connection.awaitClosed();
                  closed.countDown();
                });
        UnmaskClient client = client(server).build()) {
      try (GenerationStream stream = client.stream(REQUEST)) {
        assertTrue(stream.hasNext());
      }
      assertTrue(closed.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void close_endsWhatIsInProgress() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedHttpServer server =
        new ScriptedHttpServer(
            (connection, request) -> {
              asked.countDown();
              connection.awaitClosed();
            })) {
      UnmaskClient client = client(server).build();
      CompletableFuture<?> future = client.generateAsync(REQUEST);
      assertTrue(asked.await(30, TimeUnit.SECONDS));
      client.close();
      UnmaskClientException failure =
          (UnmaskClientException) assertThrows(Exception.class, future::get).getCause();
      assertEquals(ErrorCode.CANCELLED, failure.code());
      assertEquals("client was closed", failure.getMessage());
      failure = assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
      assertEquals("client is closed", failure.getMessage());
    }
  }

  @Test
  void hedging_takesTheFirstAnswer() throws Exception {
    CountDownLatch givenUp = new CountDownLatch(1);
    try (ScriptedHttpServer slow =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.awaitClosed();
                  givenUp.countDown();
                });
        ScriptedHttpServer fast =
            new ScriptedHttpServer((connection, request) -> connection.json(200, LAST));
        UnmaskClient client = client(slow, fast).hedging(Duration.ofMillis(20)).build()) {
      assertEquals("b", client.generate(REQUEST).text());
      assertTrue(givenUp.await(30, TimeUnit.SECONDS));
      assertEquals(1, slow.requests());
      assertEquals(1, fast.requests());
    }
  }

  @Test
  void timeout_travelsAndEndsTheRequest() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  assertTrue(request.matches("(?s).*\"timeout\":[1-9][0-9]*\\}"), request);
                  connection.awaitClosed();
                });
        UnmaskClient client = client(server).requestTimeout(Duration.ofMillis(60)).build()) {
      UnmaskClientException failure =
          assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
      assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
      assertEquals("not done within timeout=PT0.06S", failure.getMessage());
    }
  }
}

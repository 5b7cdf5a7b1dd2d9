package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.ModelFormat;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.Tensor;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.Context;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Servers and networks that do what few do. */
class HostileServersTest extends HostileFixture {
  @Test
  void hedgeEndsWithoutResponse_theOtherIsGivenUp() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch givenUp = new CountDownLatch(1);
    try (ScriptedGrpcServer slow =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  Context.current().addListener(call -> givenUp.countDown(), Runnable::run);
                  both.countDown();
                });
        ScriptedGrpcServer ends =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  both.countDown();
                  responses.onNext(
                      ModelStreamInferResponse.newBuilder()
                          .setInferResponse(
                              ModelInferResponse.newBuilder()
                                  .putParameters(
                                      GrpcMessages.FINAL,
                                      InferParameter.newBuilder().setBoolParam(true).build()))
                          .build());
                  responses.onCompleted();
                });
        UnmaskClient client =
            client(slow.uri(), ends.uri()).hedging(Duration.ofMillis(300)).build()) {
      Sink<InferResult> sink = new Sink<>(subscription -> subscription.request(9), e -> {});
      client.publish(INFER).subscribe(sink);
      assertEquals("end", sink.end.get(30, TimeUnit.SECONDS));
      both.await();
      assertTrue(givenUp.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void bytesAreASignOfLife() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.events();
                  for (int i = 0; i < 12; i++) {
                    Thread.sleep(200); // far below the timeout each, and beyond it together
                    connection.chunk(": keep-alive\n\n");
                  }
                  connection.event(LAST);
                  connection.endEvents();
                });
        UnmaskClient client = client(server.uri()).idleTimeout(Duration.ofSeconds(2)).build();
        GenerationStream stream = client.stream(REQUEST)) {
      assertEquals("b", stream.result().text());
    }
  }

  @Test
  void oneAnswer_mayTakeLongerThanTheIdleTimeout() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  Thread.sleep(300); // the time that a model takes
                  connection.json(200, LAST);
                });
        UnmaskClient client = client(server.uri()).idleTimeout(Duration.ofMillis(20)).build()) {
      assertEquals("b", client.generate(REQUEST).text());
    }
  }

  @Test
  void endpointWhoseHealthIsNotToldToUs_comesBack() throws Exception {
    AtomicBoolean drop = new AtomicBoolean(true);
    AtomicInteger served = new AtomicInteger();
    try (ScriptedHttpServer restricted =
            new ScriptedHttpServer(
                (connection, request) -> {
                  if (request.startsWith("GET")) {
                    connection.json(401, "{\"error\":\"not allowed\"}");
                  } else if (drop.getAndSet(false)) {
                    connection.close();
                  } else {
                    served.incrementAndGet();
                    connection.json(200, LAST);
                  }
                });
        ScriptedHttpServer other = ok();
        UnmaskClient client = client(restricted.uri(), other.uri()).build()) {
      // It ends with the test's time if the endpoint does not come back.
      while (served.get() == 0) {
        client.generate(REQUEST);
      }
    }
  }

  @Test
  void silentEndpoint_isPassedOver() throws Exception {
    try (ScriptedGrpcServer first = okGrpc();
        ScriptedGrpcServer second = okGrpc();
        CuttingProxy proxy = new CuttingProxy(first.port());
        UnmaskClient client =
            client("grpc://localhost:" + proxy.port(), second.uri())
                .requestTimeout(Duration.ofSeconds(3))
                .build()) {
      client.generate(REQUEST);
      client.generate(REQUEST);
      proxy.silence();
      int failed = 0;
      for (int i = 0; i < 8; i++) {
        try {
          client.generate(REQUEST);
        } catch (UnmaskClientException e) {
          failed++;
        }
      }
      assertTrue(failed <= 1, "failed: " + failed);
    }
  }

  @Test
  void hedging_withoutRetries() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  if (requests.incrementAndGet() == 1) {
                    connection.awaitClosed();
                  } else {
                    connection.json(200, LAST);
                  }
                });
        UnmaskClient client =
            client(server.uri()).retry(RetryPolicy.NONE).hedging(Duration.ofMillis(50)).build()) {
      assertEquals("b", client.generateAsync(REQUEST).get(30, TimeUnit.SECONDS).text());
    }
  }

  @Test
  void bytesBehindAResponse_connectionIsNotUsedAgain() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  String behind = requests.incrementAndGet() == 1 ? "HTTP/1.1 400" : "";
                  connection.send(
                      "HTTP/1.1 200 OK\r\ncontent-length: "
                          + LAST.length()
                          + "\r\n\r\n"
                          + LAST
                          + behind);
                });
        UnmaskClient client = client(server.uri()).build()) {
      client.generate(REQUEST);
      assertEquals("b", client.generate(REQUEST).text());
      assertEquals(2, server.connections());
    }
  }

  @Test
  void switchingProtocols_fails() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) ->
                    connection.send("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"));
        UnmaskClient client = client(server.uri()).build()) {
      UnmaskClientException failure =
          assertInstanceOf(UnmaskClientException.class, failure(client.generateAsync(REQUEST)));
      assertEquals(ErrorCode.PROTOCOL, failure.code());
    }
  }

  @Test
  void byteOrderMark_isNoPartOfTheFirstEvent() {
    EventStreamReader<String> reader =
        new EventStreamReader<>((json, sink) -> sink.accept(json.toString()), sink -> {});
    reader.head(200, Map.of("content-type", "Text/Event-Stream"));
    List<String> events = new ArrayList<>();
    reader.read(
        ByteBuffer.wrap("\uFEFFdata: {\"a\":1}\n\n".getBytes(StandardCharsets.UTF_8)), events::add);
    reader.end(events::add);
    assertEquals(List.of("{\"a\":1}"), events);
  }

  @Test
  void infiniteLogprobs_areRead() throws Exception {
    String body =
        "{\"text_output\":\"a\",\"finish_reason\":\"stop\",\"cumulative_logprob\":-Infinity,"
            + "\"logprobs\":\"[{\\\"1\\\":{\\\"logprob\\\":-Infinity}}]\"}";
    try (ScriptedHttpServer server =
            new ScriptedHttpServer((connection, request) -> connection.json(200, body));
        UnmaskClient client = client(server.uri()).build()) {
      GenerateResult result = client.generate(REQUEST.toBuilder().logprobs(0).build());
      assertEquals(Double.NEGATIVE_INFINITY, result.logprobs().get(0).logprob());
      assertEquals(Double.NEGATIVE_INFINITY, result.cumulativeLogprob().orElseThrow());
    }
  }

  @Test
  void emptyBody_isNoAnswer() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer((connection, request) -> connection.json(200, ""));
        UnmaskClient client = client(server.uri()).build()) {
      GenerateRequest vllm = REQUEST.toBuilder().format(ModelFormat.VLLM).build();
      assertThrows(UnmaskClientException.class, () -> client.generate(vllm));
      assertThrows(UnmaskClientException.class, () -> client.infer(INFER));
    }
  }

  @Test
  void notAsGoodTwice_isNotSentAgainOnceItMayHaveBegun() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer((connection, request) -> connection.close());
        UnmaskClient client = client(server.uri()).build()) {
      UnmaskClientException load =
          assertThrows(UnmaskClientException.class, () -> client.server().load("m"));
      assertFalse(load.isRetrySafe());
      assertEquals(1, server.requests());
      InferRequest step =
          InferRequest.builder("m")
              .input(Tensor.ofInts("x", 1))
              .parameter("sequence_id", 7)
              .build();
      UnmaskClientException infer =
          assertThrows(UnmaskClientException.class, () -> client.infer(step));
      assertFalse(infer.isRetrySafe());
      assertEquals(2, server.requests());
      assertTrue(
          assertThrows(UnmaskClientException.class, () -> client.infer(INFER)).isRetrySafe());
      assertEquals(5, server.requests());
    }
    try (UnmaskClient client = client("http://localhost:1").build()) {
      assertTrue(
          assertThrows(UnmaskClientException.class, () -> client.server().load("m")).isRetrySafe());
    }
  }
}

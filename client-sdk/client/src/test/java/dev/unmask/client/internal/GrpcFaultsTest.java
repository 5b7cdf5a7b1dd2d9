package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.Balancing;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a gRPC server may do wrong: never a hang, a token lost or told twice, or a leak. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GrpcFaultsTest {
  private static final GenerateRequest REQUEST =
      GenerateRequest.builder("m").prompt("p").requestId("r").build();

  @AfterEach
  void noThreadIsLeft() throws InterruptedException {
    Threads.assertNoneLeft();
  }

  private static UnmaskClient.Builder client(String... uris) {
    return UnmaskClient.builder()
        .endpoints(uris)
        .retry(new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 1));
  }

  private static ScriptedGrpcServer.Script answering(String... deltas) {
    return (request, responses) -> {
      for (int i = 0; i < deltas.length; i++) {
        responses.onNext(ScriptedGrpcServer.text(deltas[i], i == deltas.length - 1));
      }
      responses.onCompleted();
    };
  }

  @Test
  void connectionCutAfterTheFirstDelta_failsOnceAndIsNotRetried() throws Exception {
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> responses.onNext(ScriptedGrpcServer.text("a", false)));
        CuttingProxy proxy = new CuttingProxy(server.port());
        UnmaskClient client = client("grpc://localhost:" + proxy.port()).build();
        GenerationStream stream = client.stream(REQUEST)) {
      assertEquals("a", ((GenerationEvent.Delta) stream.next()).text());
      proxy.cut();
      UnmaskClientException failure = assertThrows(UnmaskClientException.class, stream::hasNext);
      assertEquals(ErrorCode.UNAVAILABLE, failure.code());
      assertFalse(failure.isRetrySafe());
      assertEquals("r", failure.requestId());
      assertEquals(1, server.requests());
    }
  }

  @Test
  void connectionCutBeforeAnything_isRetried() throws Exception {
    AtomicInteger count = new AtomicInteger();
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  if (count.incrementAndGet() == 1) {
                    asked.countDown();
                  } else {
                    answering("a", "b").answer(request, responses);
                  }
                });
        CuttingProxy proxy = new CuttingProxy(server.port());
        UnmaskClient client = client("grpc://localhost:" + proxy.port()).build()) {
      CompletableFuture<GenerateResult> future = client.generateAsync(REQUEST);
      assertTrue(asked.await(30, TimeUnit.SECONDS));
      proxy.cut();
      assertEquals("ab", future.get(30, TimeUnit.SECONDS).text());
      assertEquals(2, server.requests());
    }
  }

  @Test
  void endWithoutTheLastResponse_isAFaultOfTheProtocol() throws Exception {
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  responses.onNext(ScriptedGrpcServer.text("a", false));
                  responses.onCompleted();
                });
        UnmaskClient client = client(server.uri()).build()) {
      List<String> deltas = new ArrayList<>();
      UnmaskClientException failure = Streams.failure(client, REQUEST, deltas);
      assertEquals(ErrorCode.PROTOCOL, failure.code());
      assertEquals("the stream ended before the last response", failure.getMessage());
      assertEquals(List.of("a"), deltas);
    }
  }

  @Test
  void errorInAMessage_endsTheCall() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
                  responses.onNext(
                      ModelStreamInferResponse.newBuilder().setErrorMessage("broken").build());
                });
        UnmaskClient client = client(server.uri()).build()) {
      UnmaskClientException failure = Streams.failure(client, REQUEST, new ArrayList<>());
      assertEquals(ErrorCode.UNKNOWN, failure.code());
      assertEquals("broken", failure.getMessage());
      assertTrue(cancelled.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void oversizedMessage_refused() throws Exception {
    try (ScriptedGrpcServer server = new ScriptedGrpcServer(answering("a", "x".repeat(5000)));
        UnmaskClient client = client(server.uri()).maxResponseBytes(1000).build()) {
      List<String> deltas = new ArrayList<>();
      UnmaskClientException failure = Streams.failure(client, REQUEST, deltas);
      assertEquals(ErrorCode.RESOURCE_EXHAUSTED, failure.code());
      assertEquals(List.of("a"), deltas);
      assertEquals(1, server.requests());
    }
  }

  @Test
  void silentServer_idleTimeout() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  responses.onNext(ScriptedGrpcServer.text("a", false));
                  Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
                });
        UnmaskClient client = client(server.uri()).idleTimeout(Duration.ofSeconds(1)).build()) {
      List<String> deltas = new ArrayList<>();
      UnmaskClientException failure = Streams.failure(client, REQUEST, deltas);
      assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
      assertEquals(List.of("a"), deltas);
      assertTrue(cancelled.await(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void goAwayWhileStreaming_theStreamEndsWellAndLaterRequestsGoElsewhere() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedGrpcServer leaving =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  responses.onNext(ScriptedGrpcServer.text("a", false));
                  new Thread(
                          () -> {
                            await(goOn);
                            responses.onNext(ScriptedGrpcServer.text("b", true));
                            responses.onCompleted();
                          })
                      .start();
                });
        ScriptedGrpcServer staying = new ScriptedGrpcServer(answering("c", "d"));
        UnmaskClient client = client(leaving.uri(), staying.uri()).build();
        GenerationStream stream = client.stream(REQUEST)) {
      assertEquals("a", ((GenerationEvent.Delta) stream.next()).text());
      leaving.goAway();
      for (int i = 0; i < 4; i++) {
        assertEquals("cd", client.generate(REQUEST).text());
      }
      goOn.countDown();
      assertEquals("ab", stream.result().text());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void unavailableStatus_isRetried_othersAreNot() throws Exception {
    AtomicInteger count = new AtomicInteger();
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  if (count.incrementAndGet() < 3) {
                    responses.onError(
                        Status.UNAVAILABLE.withDescription("full").asRuntimeException());
                  } else {
                    answering("a", "b").answer(request, responses);
                  }
                });
        UnmaskClient client = client(server.uri()).build()) {
      assertEquals("ab", client.generate(REQUEST).text());
      assertEquals(3, server.requests());
    }
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) ->
                    responses.onError(
                        Status.INTERNAL.withDescription("bug").asRuntimeException()));
        UnmaskClient client = client(server.uri()).build()) {
      UnmaskClientException failure =
          assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
      assertEquals(ErrorCode.INTERNAL, failure.code());
      assertEquals("bug", failure.getMessage());
      assertEquals(1, server.requests());
    }
  }

  @Test
  void unavailableAfterTheFirstDelta_isNotRetried() throws Exception {
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  responses.onNext(ScriptedGrpcServer.text("a", false));
                  responses.onError(
                      Status.UNAVAILABLE.withDescription("gone").asRuntimeException());
                });
        UnmaskClient client = client(server.uri()).build()) {
      List<String> deltas = new ArrayList<>();
      UnmaskClientException failure = Streams.failure(client, REQUEST, deltas);
      assertEquals(ErrorCode.UNAVAILABLE, failure.code());
      assertFalse(failure.isRetrySafe());
      assertEquals(List.of("a"), deltas);
      assertEquals(1, server.requests());
    }
  }

  /** Often: a channel that is told to begin anew may still be telling of its failure. */
  @RepeatedTest(20)
  void serverBackAfterAnOutage_isUsedAtOnce() throws Exception {
    ScriptedGrpcServer first = new ScriptedGrpcServer(answering("a", "b"));
    int port = first.port();
    try (UnmaskClient client = client(first.uri()).retry(RetryPolicy.NONE).build()) {
      assertEquals("ab", client.generate(REQUEST).text());
      first.close();
      for (int i = 0; i < 6; i++) {
        UnmaskClientException failure =
            assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
        assertEquals(ErrorCode.UNAVAILABLE, failure.code());
        assertTrue(failure.isRetrySafe());
      }
      try (ScriptedGrpcServer second = new ScriptedGrpcServer(port, answering("c", "d"))) {
        // Though gRPC itself would wait by now before it connects again.
        assertEquals("cd", client.generate(REQUEST).text());
        assertEquals(1, second.requests());
      }
    }
  }

  @Test
  void unreadyEndpoint_isPassedOver() throws Exception {
    try (ScriptedGrpcServer unready = new ScriptedGrpcServer(answering("a", "b"));
        ScriptedGrpcServer well = new ScriptedGrpcServer(answering("c", "d"));
        UnmaskClient client =
            client(unready.uri(), well.uri()).healthCheckInterval(Duration.ofMillis(20)).build()) {
      unready.setReady(false);
      int inARow = 0;
      while (inARow < 6) {
        inARow = client.generate(REQUEST).text().equals("cd") ? inARow + 1 : 0;
      }
      unready.setReady(true);
      while (!client.generate(REQUEST).text().equals("ab")) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void leastOutstanding_prefersTheIdleEndpoint() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    ScriptedGrpcServer.Script script =
        (request, responses) -> {
          if (request.getId().equals("held")) {
            new Thread(
                    () -> {
                      await(goOn);
                      answering("a", "b").answer(request, responses);
                    })
                .start();
          } else {
            answering("a", "b").answer(request, responses);
          }
        };
    try (ScriptedGrpcServer one = new ScriptedGrpcServer(script);
        ScriptedGrpcServer two = new ScriptedGrpcServer(script);
        UnmaskClient client =
            client(one.uri(), two.uri()).balancing(Balancing.LEAST_OUTSTANDING).build()) {
      CompletableFuture<?> held =
          client.generateAsync(REQUEST.toBuilder().requestId("held").build());
      for (int i = 0; i < 10; i++) {
        client.generate(REQUEST);
      }
      assertEquals(11, one.requests() + two.requests());
      assertEquals(1, Math.min(one.requests(), two.requests()));
      goOn.countDown();
      held.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void headers_travelAndTheTokenIsAskedForEveryAttempt() throws Exception {
    AtomicInteger tokens = new AtomicInteger();
    AtomicInteger count = new AtomicInteger();
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  if (count.incrementAndGet() == 1) {
                    responses.onError(Status.UNAVAILABLE.asRuntimeException());
                  } else {
                    answering("a", "b").answer(request, responses);
                  }
                });
        UnmaskClient client =
            client(server.uri())
                .header("X-Team", "blue")
                .restrictedApi("admin-key", "secret")
                .token(() -> "t" + tokens.incrementAndGet())
                .build()) {
      client.generate(REQUEST);
      Metadata first = server.headers().remove();
      Metadata second = server.headers().remove();
      assertEquals("blue", first.get(GrpcTransport.key("x-team")));
      assertEquals("secret", first.get(GrpcTransport.key("triton-grpc-protocol-admin-key")));
      assertEquals("Bearer t1", first.get(GrpcTransport.key("authorization")));
      assertEquals("Bearer t2", second.get(GrpcTransport.key("authorization")));
    }
  }
}

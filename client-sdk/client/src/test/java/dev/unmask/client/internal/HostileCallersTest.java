package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.InvalidRequestException;
import dev.unmask.client.RequestObserver;
import dev.unmask.client.RequestOutcome;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import io.grpc.Context;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Callers who do what they should not, or what few do. */
class HostileCallersTest extends HostileFixture {
  @Test
  void headerThatCannotBeSent_http_fails() throws Exception {
    try (ScriptedHttpServer server = ok();
        UnmaskClient client = client(server.uri()).token(() -> "abc\n").build()) {
      assertInstanceOf(UnmaskClientException.class, failure(client.generateAsync(REQUEST)));
    }
    try (ScriptedHttpServer server = ok();
        UnmaskClient client =
            client(server.uri())
                .interceptor(
                    (info, headers) -> {
                      headers.accept("x-a", "b\r\nevil: 1");
                      return RequestObserver.NONE;
                    })
                .build()) {
      Future<GenerateResult> future;
      try {
        future = client.generateAsync(REQUEST);
      } catch (RuntimeException refused) {
        return;
      }
      assertInstanceOf(UnmaskClientException.class, failure(future));
    }
  }

  @Test
  void headerThatCannotBeSent_grpc_isNotDroppedSilently() throws Exception {
    try (ScriptedGrpcServer server = okGrpc();
        UnmaskClient client = client(server.uri()).token(() -> "abc\n").build()) {
      assertInstanceOf(UnmaskClientException.class, failure(client.generateAsync(REQUEST)));
    }
  }

  @Test
  void missingToken_isNotSentAsNull() throws Exception {
    AtomicBoolean sent = new AtomicBoolean();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  sent.set(request.contains("Bearer null"));
                  connection.json(200, LAST);
                });
        UnmaskClient client = client(server.uri()).token(() -> null).build()) {
      try {
        client.generate(REQUEST);
      } catch (UnmaskClientException refused) {
        assertFalse(sent.get());
      }
      assertFalse(sent.get());
    }
  }

  @Test
  void tokenSupplierThrowsAnError_fails() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> connection.json(503, "{\"error\":\"busy\"}"));
        UnmaskClient client =
            client(server.uri())
                .token(
                    () -> {
                      if (asked.incrementAndGet() > 1) {
                        throw new NoClassDefFoundError("x");
                      }
                      return "t";
                    })
                .build()) {
      failure(client.generateAsync(REQUEST));
    }
  }

  @Test
  void laterInterceptorThrows_earlierObserversAreToldTheEnd() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    try (ScriptedHttpServer server = ok();
        UnmaskClient client =
            client(server.uri())
                .interceptor(
                    (info, headers) ->
                        new RequestObserver() {
                          @Override
                          public void onEnd(RequestOutcome outcome) {
                            ended.incrementAndGet();
                          }
                        })
                .interceptor(
                    (info, headers) -> {
                      throw new IllegalStateException("no");
                    })
                .build()) {
      try {
        failure(client.generateAsync(REQUEST));
      } catch (IllegalStateException thrown) {
        assertEquals("no", thrown.getMessage());
      }
      assertEquals(1, ended.get());
    }
  }

  @Test
  void durationsWithoutEnd_areTaken() throws Exception {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> connection.json(503, "{\"error\":\"busy\"}"));
        UnmaskClient client =
            client(server.uri())
                .retry(new RetryPolicy(3, Duration.ofMillis(1), forever, 1))
                .build()) {
      failure(client.generateAsync(REQUEST));
    }
    try (ScriptedHttpServer server = ok();
        UnmaskClient client =
            client(server.uri())
                .idleTimeout(forever)
                .connectTimeout(forever)
                .healthCheckInterval(forever)
                .hedging(forever)
                .build()) {
      assertEquals("b", client.generate(REQUEST).text());
      assertEquals(0, inProgress(client));
    }
  }

  @Test
  void futureEndedByTheCaller_givesTheRequestUp() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.awaitClosed();
                  closed.countDown();
                });
        UnmaskClient client = client(server.uri()).build()) {
      failure(client.generateAsync(REQUEST).orTimeout(100, TimeUnit.MILLISECONDS));
      assertTrue(closed.await(30, TimeUnit.SECONDS));
      assertEquals(0, inProgress(client));
    }
  }

  @Test
  void requestBuilder_refusesAndForgets() {
    GenerateRequest request = GenerateRequest.builder("m").rawPrompt("x").prompt("y").build();
    assertFalse(request.parameters().containsKey("raw_prompt"));
    GenerateRequest.Builder none = GenerateRequest.builder("m");
    assertThrows(InvalidRequestException.class, () -> none.messages(List.of()));
    GenerateRequest list = REQUEST.toBuilder().parameter("stop_token_ids", List.of("x")).build();
    assertThrows(InvalidRequestException.class, () -> EncodedRequest.of(list, false));
  }

  @Test
  void closedStream_hasNoNext() throws Exception {
    try (ScriptedHttpServer server = ok();
        UnmaskClient client = client(server.uri()).build()) {
      GenerationStream stream = client.stream(REQUEST);
      assertTrue(stream.hasNext());
      stream.close();
      assertFalse(stream.hasNext());
    }
  }

  @Test
  void interrupted_exceptionNamesTheRequest() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer((connection, request) -> connection.awaitClosed());
        UnmaskClient client = client(server.uri()).build()) {
      Thread.currentThread().interrupt();
      UnmaskClientException failure =
          assertThrows(UnmaskClientException.class, () -> client.generate(REQUEST));
      assertTrue(Thread.interrupted());
      assertEquals("r", failure.requestId());
    }
  }

  @Test
  void callerServesACallThatEnds_theRequestGoesOn() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) ->
                    new Thread(
                            () -> {
                              try {
                                goOn.await();
                              } catch (InterruptedException e) {
                                return;
                              }
                              responses.onNext(ScriptedGrpcServer.text("a", true));
                              responses.onCompleted();
                            })
                        .start());
        UnmaskClient client = client(server.uri()).build();
        Context.CancellableContext served = Context.current().withCancellation()) {
      Future<GenerateResult> future = served.call(() -> client.generateAsync(REQUEST));
      served.cancel(null);
      goOn.countDown();
      assertEquals("a", future.get(30, TimeUnit.SECONDS).text());
    }
  }
}

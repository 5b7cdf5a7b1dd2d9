package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.InvalidRequestException;
import dev.unmask.client.ModelFormat;
import dev.unmask.client.RequestObserver;
import dev.unmask.client.RequestOutcome;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.Tensor;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers, executors and servers that do what they should not, or what few do. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileUseTest {
  private static final GenerateRequest REQUEST =
      GenerateRequest.builder("m").prompt("p").requestId("r").build();
  private static final InferRequest INFER =
      InferRequest.builder("m").input(Tensor.ofInts("x", 1)).build();
  private static final String FIRST = "{\"model_name\":\"m\",\"text_output\":\"a\"}";
  private static final String LAST =
      "{\"model_name\":\"m\",\"text_output\":\"b\",\"finish_reason\":\"stop\"}";

  private static UnmaskClient.Builder client(String... uris) {
    return UnmaskClient.builder()
        .endpoints(uris)
        .retry(new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 1));
  }

  private static ScriptedHttpServer ok() throws Exception {
    return new ScriptedHttpServer(
        (connection, request) -> {
          if (request.contains("generate_stream")) {
            connection.events();
            connection.event(FIRST);
            connection.event(LAST);
            connection.endEvents();
          } else {
            connection.json(200, LAST);
          }
        });
  }

  private static ScriptedGrpcServer okGrpc() throws Exception {
    return new ScriptedGrpcServer(
        (request, responses) -> {
          responses.onNext(ScriptedGrpcServer.text("a", true));
          responses.onCompleted();
        });
  }

  private static int inProgress(UnmaskClient client) throws Exception {
    Field core = UnmaskClient.class.getDeclaredField("core");
    core.setAccessible(true);
    Field set = ClientCore.class.getDeclaredField("inProgress");
    set.setAccessible(true);
    return ((InProgress) set.get(core.get(client))).all().size();
  }

  /** What a future failed with; a TimeoutException of this method is a hang. */
  private static Throwable failure(Future<?> future) {
    return assertThrows(ExecutionException.class, () -> future.get(5, TimeUnit.SECONDS)).getCause();
  }

  /** A subscriber that remembers its end. */
  private static final class Sink<T> implements Flow.Subscriber<T> {
    final CompletableFuture<String> end = new CompletableFuture<>();
    private final Consumer<Flow.Subscription> first;
    private final Consumer<T> each;

    Sink(Consumer<Flow.Subscription> first, Consumer<T> each) {
      this.first = first;
      this.each = each;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      first.accept(subscription);
    }

    @Override
    public void onNext(T item) {
      each.accept(item);
    }

    @Override
    public void onError(Throwable error) {
      end.complete("error");
    }

    @Override
    public void onComplete() {
      end.complete("end");
    }
  }

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
  void close_callbackExecutorIsShutDown_closesAll() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    CountDownLatch came = new CountDownLatch(1);
    try (ScriptedHttpServer server =
        new ScriptedHttpServer(
            (connection, request) -> {
              came.countDown();
              connection.awaitClosed();
            })) {
      UnmaskClient client = client(server.uri()).callbackExecutor(executor).build();
      CompletableFuture<GenerateResult> future = client.generateAsync(REQUEST);
      came.await();
      executor.shutdown();
      assertDoesNotThrow(client::close);
      failure(future);
      Threads.assertNoneLeft();
    }
  }

  @Test
  void close_subscriberThrowsInOnError_closesAll() throws Exception {
    CountDownLatch came = new CountDownLatch(1);
    try (ScriptedHttpServer server =
        new ScriptedHttpServer(
            (connection, request) -> {
              came.countDown();
              connection.awaitClosed();
            })) {
      UnmaskClient client = client(server.uri()).build();
      client
          .publish(REQUEST)
          .subscribe(
              new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                  subscription.request(1);
                }

                @Override
                public void onNext(GenerationEvent event) {}

                @Override
                public void onError(Throwable error) {
                  throw new IllegalStateException("bad subscriber");
                }

                @Override
                public void onComplete() {}
              });
      came.await();
      assertDoesNotThrow(client::close);
      Threads.assertNoneLeft();
    }
  }

  @Test
  void blockingCallOnTheCallbackExecutor_returns() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (ScriptedHttpServer server = ok();
        UnmaskClient client = client(server.uri()).callbackExecutor(executor).build()) {
      Future<GenerateResult> second =
          client.generateAsync(REQUEST).thenApply(first -> client.generate(REQUEST));
      assertEquals("b", second.get(5, TimeUnit.SECONDS).text());
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void callbackExecutorRejects_nobodyHangs() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.shutdown();
    try (ScriptedHttpServer server = ok();
        UnmaskClient client = client(server.uri()).callbackExecutor(executor).build()) {
      try {
        client.generateAsync(REQUEST).get(5, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        assertInstanceOf(UnmaskClientException.class, e.getCause());
      }
      Sink<GenerationEvent> sink = new Sink<>(subscription -> subscription.request(9), e -> {});
      client.publish(REQUEST).subscribe(sink);
      sink.end.get(5, TimeUnit.SECONDS);
      assertEquals(0, inProgress(client));
    }
  }

  @Test
  void cancelledWhileStarting_leavesNothing() throws Exception {
    AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
    AtomicInteger open = new AtomicInteger();
    try (ScriptedHttpServer server = ok();
        UnmaskClient client =
            client(server.uri())
                .interceptor(
                    (info, headers) -> {
                      open.incrementAndGet();
                      subscription.get().cancel();
                      return new RequestObserver() {
                        @Override
                        public void onEnd(RequestOutcome outcome) {
                          open.decrementAndGet();
                        }
                      };
                    })
                .build()) {
      client.publish(REQUEST).subscribe(new Sink<>(subscription::set, event -> {}));
      assertEquals(0, inProgress(client));
      assertEquals(0, open.get());
    }
  }

  @Test
  void requestOfZeroWhileSubscribing_leavesNothing() throws Exception {
    try (ScriptedHttpServer server = ok();
        UnmaskClient client = client(server.uri()).build()) {
      Sink<GenerationEvent> sink = new Sink<>(subscription -> subscription.request(0), e -> {});
      client.publish(REQUEST).subscribe(sink);
      assertEquals("error", sink.end.get(5, TimeUnit.SECONDS));
      assertEquals(0, inProgress(client));
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
  void hedgeEndsWithoutResponse_theOtherIsGivenUp() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    AtomicReference<ServerCallStreamObserver<?>> other = new AtomicReference<>();
    try (ScriptedGrpcServer slow =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  other.set(responses);
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
      assertEquals("end", sink.end.get(10, TimeUnit.SECONDS));
      both.await();
      for (int i = 0; i < 100 && !other.get().isCancelled(); i++) {
        Thread.sleep(20);
      }
      assertTrue(other.get().isCancelled());
    }
  }

  @Test
  void bytesAreASignOfLife() throws Exception {
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  if (request.contains("generate_stream")) {
                    connection.events();
                    for (int i = 0; i < 8; i++) {
                      Thread.sleep(50);
                      connection.chunk(": keep-alive\n\n");
                    }
                    connection.event(LAST);
                    connection.endEvents();
                  } else {
                    connection.send(
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                            + (LAST.length() + 8)
                            + "\r\n\r\n");
                    for (int i = 0; i < 8; i++) {
                      Thread.sleep(50);
                      connection.send(" ");
                    }
                    connection.send(LAST);
                  }
                });
        UnmaskClient client = client(server.uri()).idleTimeout(Duration.ofMillis(250)).build()) {
      assertEquals("b", client.generate(REQUEST).text());
      try (GenerationStream stream = client.stream(REQUEST)) {
        assertEquals("b", stream.result().text());
      }
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
      for (int i = 0; i < 50 && served.get() == 0; i++) {
        client.generate(REQUEST);
        Thread.sleep(100);
      }
      assertTrue(served.get() > 0);
    }
  }

  @Test
  void silentEndpoint_isPassedOver() throws Exception {
    try (ScriptedGrpcServer first = okGrpc();
        ScriptedGrpcServer second = okGrpc();
        CuttingProxy proxy = new CuttingProxy(first.port());
        UnmaskClient client =
            client("grpc://localhost:" + proxy.port(), second.uri())
                .requestTimeout(Duration.ofSeconds(1))
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
      assertTrue(closed.await(5, TimeUnit.SECONDS));
      assertEquals(0, inProgress(client));
    }
  }

  @Test
  void subscriberThrowsAnError_givesTheRequestUp() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    CountDownLatch closed = new CountDownLatch(1);
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.events();
                  connection.event(FIRST);
                  connection.awaitClosed();
                  closed.countDown();
                });
        UnmaskClient client = client(server.uri()).callbackExecutor(executor).build()) {
      client
          .publish(REQUEST)
          .subscribe(
              new Sink<>(
                  subscription -> subscription.request(1),
                  event -> {
                    throw new AssertionError("x");
                  }));
      assertTrue(closed.await(5, TimeUnit.SECONDS));
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void allThatWasAskedForHasCome_theEndIsTold() throws Exception {
    try (ScriptedGrpcServer server =
            new ScriptedGrpcServer(
                (request, responses) -> {
                  responses.onNext(ScriptedGrpcServer.text("a", false));
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
        UnmaskClient client = client(server.uri()).build()) {
      Sink<InferResult> sink = new Sink<>(subscription -> subscription.request(1), e -> {});
      client.publish(INFER).subscribe(sink);
      assertEquals("end", sink.end.get(5, TimeUnit.SECONDS));
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
      assertEquals("b", client.generateAsync(REQUEST).get(5, TimeUnit.SECONDS).text());
    }
  }

  @Test
  void bytesBehindAResponse_connectionIsNotUsedAgain() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    try (ScriptedHttpServer server =
            new ScriptedHttpServer(
                (connection, request) -> {
                  connection.json(200, LAST);
                  if (requests.incrementAndGet() == 1) {
                    connection.send("HTTP/1.1 400");
                  }
                });
        UnmaskClient client = client(server.uri()).build()) {
      client.generate(REQUEST);
      Thread.sleep(100);
      assertEquals("b", client.generate(REQUEST).text());
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
}

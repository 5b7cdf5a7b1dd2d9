package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.InferResult;
import dev.unmask.client.RequestObserver;
import dev.unmask.client.RequestOutcome;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Subscribers and executors that fail, refuse, or give up at odd moments. */
class HostileCallbacksTest extends HostileFixture {
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
      assertEquals("b", second.get(30, TimeUnit.SECONDS).text());
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
        client.generateAsync(REQUEST).get(30, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        assertInstanceOf(UnmaskClientException.class, e.getCause());
      }
      Sink<GenerationEvent> sink = new Sink<>(subscription -> subscription.request(9), e -> {});
      client.publish(REQUEST).subscribe(sink);
      sink.end.get(30, TimeUnit.SECONDS);
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
      assertEquals("error", sink.end.get(30, TimeUnit.SECONDS));
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
      assertTrue(closed.await(30, TimeUnit.SECONDS));
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
      assertEquals("end", sink.end.get(30, TimeUnit.SECONDS));
    }
  }
}

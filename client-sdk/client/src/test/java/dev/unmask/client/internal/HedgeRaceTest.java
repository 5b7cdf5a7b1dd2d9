package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unmask.client.Balancing;
import dev.unmask.client.RequestInfo;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.TlsOptions;
import dev.unmask.client.UnmaskClientException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two attempts of one request that answer at the same moment: one of them is heard. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HedgeRaceTest {
  /** A transport whose calls do nothing by themselves. */
  private static final class Idle implements Transport {
    private volatile CountDownLatch opened = new CountDownLatch(1);
    private volatile Inbound<String> inbound;

    @Override
    public String endpoint() {
      return "fake";
    }

    @Override
    @SuppressWarnings("unchecked")
    public <R> TransportCall open(
        Operation<R> operation, Map<String, String> headers, long timeout, Inbound<R> told) {
      return new TransportCall() {
        @Override
        public void start(int messages) {
          request(messages);
        }

        @Override
        public void request(int messages) {
          inbound = (Inbound<String>) told;
          opened.countDown();
        }

        @Override
        public void cancel() {}
      };
    }

    @Override
    public void retryConnection() {}

    @Override
    public void close() {}
  }

  private static final class Text implements Operation<String> {
    @Override
    public RequestInfo info() {
      return new RequestInfo("generate", "m", "", "", true);
    }

    @Override
    public Optional<Duration> timeout() {
      return Optional.empty();
    }

    @Override
    public GrpcOperation<?, ?, String> grpc() {
      throw new AssertionError();
    }

    @Override
    public HttpOperation<String> http(long timeoutMicros) {
      throw new AssertionError();
    }
  }

  @Test
  void bothAnswerAtOnce_oneIsHeard() throws Exception {
    Idle a = new Idle();
    Idle b = new Idle();
    int mixed = 0;
    try (ClientCore core =
        new ClientCore(
            new ClientCore.Settings(
                List.of(EndpointAddress.parse("http://localhost:1")),
                Balancing.ROUND_ROBIN,
                new TransportOptions(TlsOptions.DEFAULT, Duration.ofSeconds(1), 1000, "t"),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofNanos(1),
                new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 1),
                new Headers(Map.of(), null),
                List.of(),
                1,
                Runnable::run))) {
      Field endpoints = ClientCore.class.getDeclaredField("endpoints");
      endpoints.setAccessible(true);
      endpoints.set(
          core,
          new EndpointPool(
              List.of(new Endpoint(a), new Endpoint(b)),
              Balancing.ROUND_ROBIN,
              Duration.ZERO,
              core.timers(),
              core.headers()));
      for (int i = 0; i < 2_000; i++) {
        a.opened = new CountDownLatch(1);
        b.opened = new CountDownLatch(1);
        AtomicInteger heard = new AtomicInteger();
        Exchange<String> exchange =
            new Exchange<>(
                core,
                new Text(),
                new ResponseConsumer<>() {
                  @Override
                  public void onResponse(String response) {
                    heard.incrementAndGet();
                  }

                  @Override
                  public void onEnd() {}

                  @Override
                  public void onError(UnmaskClientException error) {}
                });
        exchange.request(10);
        exchange.start();
        if (!a.opened.await(30, TimeUnit.SECONDS) || !b.opened.await(30, TimeUnit.SECONDS)) {
          throw new AssertionError("no second attempt");
        }
        CyclicBarrier together = new CyclicBarrier(2);
        Thread other =
            new Thread(
                () -> {
                  meet(together);
                  b.inbound.onResponse("b");
                });
        other.start();
        meet(together);
        a.inbound.onResponse("a");
        other.join();
        mixed += heard.get() > 1 ? 1 : 0;
        exchange.cancel();
      }
    }
    System.out.println("REVIEW hedge race: " + mixed + " of 20000 heard both");
    assertEquals(0, mixed);
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

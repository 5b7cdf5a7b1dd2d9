package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.client.GenerateRequest;
import dev.unmask.client.InferRequest;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.Tensor;
import dev.unmask.client.UnmaskClient;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;

/** What the tests of callers, callbacks and servers that misbehave have in common. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class HostileFixture {
  static final GenerateRequest REQUEST =
      GenerateRequest.builder("m").prompt("p").requestId("r").build();
  static final InferRequest INFER = InferRequest.builder("m").input(Tensor.ofInts("x", 1)).build();
  static final String FIRST = "{\"model_name\":\"m\",\"text_output\":\"a\"}";
  static final String LAST =
      "{\"model_name\":\"m\",\"text_output\":\"b\",\"finish_reason\":\"stop\"}";

  static UnmaskClient.Builder client(String... uris) {
    return UnmaskClient.builder()
        .endpoints(uris)
        .retry(new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 1));
  }

  static ScriptedHttpServer ok() throws Exception {
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

  static ScriptedGrpcServer okGrpc() throws Exception {
    return new ScriptedGrpcServer(
        (request, responses) -> {
          responses.onNext(ScriptedGrpcServer.text("a", true));
          responses.onCompleted();
        });
  }

  static int inProgress(UnmaskClient client) throws Exception {
    Field core = UnmaskClient.class.getDeclaredField("core");
    core.setAccessible(true);
    Field set = ClientCore.class.getDeclaredField("inProgress");
    set.setAccessible(true);
    return ((InProgress) set.get(core.get(client))).all().size();
  }

  /** What a future failed with; a TimeoutException of this method is a hang. */
  static Throwable failure(Future<?> future) {
    return assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS))
        .getCause();
  }

  /** A subscriber that remembers its end. */
  static final class Sink<T> implements Flow.Subscriber<T> {
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
}

package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.Tensor;
import dev.unmask.client.UnmaskClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ITClientGrpc extends ClientContract {
  @BeforeAll
  static void connect() {
    startServer();
    client = UnmaskClient.connect("grpc://localhost:" + server.grpcPort());
  }

  @Test
  void publish_tensorsOfADecoupledModel() throws Exception {
    List<InferResult> results = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> done = new CompletableFuture<>();
    client
        .publish(
            InferRequest.builder("tiny_ar")
                .input(Tensor.ofStrings("text_input", PROMPT))
                .input(Tensor.ofInts("max_tokens", 96))
                .input(Tensor.ofBools("stream", true))
                .build())
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(InferResult result) {
                results.add(result);
              }

              @Override
              public void onError(Throwable error) {
                done.completeExceptionally(error);
              }

              @Override
              public void onComplete() {
                done.complete(null);
              }
            });
    done.get(60, TimeUnit.SECONDS);
    StringBuilder text = new StringBuilder();
    results.forEach(
        result -> result.output("text_output").ifPresent(t -> text.append(t.asStrings()[0])));
    assertEquals(AR_ANSWER, text.toString());
    assertTrue(results.size() > 5);
  }
}

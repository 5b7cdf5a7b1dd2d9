package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.Tensor;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ITClientHttp extends ClientContract {
  @BeforeAll
  static void connect() {
    startServer();
    client = UnmaskClient.connect("http://localhost:" + server.httpPort());
  }

  @Test
  void publish_tensors_saysThatHttpHasNone() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    client
        .publish(
            InferRequest.builder("tiny_ar").input(Tensor.ofStrings("text_input", PROMPT)).build())
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
              }

              @Override
              public void onNext(InferResult result) {}

              @Override
              public void onError(Throwable error) {
                done.completeExceptionally(error);
              }

              @Override
              public void onComplete() {
                done.complete(null);
              }
            });
    UnmaskClientException refused =
        (UnmaskClientException) assertThrows(CompletionException.class, done::join).getCause();
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
  }
}

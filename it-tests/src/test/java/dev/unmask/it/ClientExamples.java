package dev.unmask.it;

import dev.unmask.client.Balancing;
import dev.unmask.client.ChatMessage;
import dev.unmask.client.Decoding;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.Tensor;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * The examples of {@code README.md} and {@code client-sdk/README.md}, one method for each, word for
 * word.
 */
final class ClientExamples {
  private final String endpoint;
  private final PrintStream out;

  /**
   * @param endpoint of a server with the bundled models
   * @param out where the examples print
   */
  ClientExamples(String endpoint, PrintStream out) {
    this.endpoint = endpoint;
    this.out = out;
  }

  void shortest() {
    try (UnmaskClient client = UnmaskClient.connect(endpoint);
        GenerationStream stream =
            client.stream(GenerateRequest.of("tiny_d2f", "Zoe has 7 shells."))) {
      stream.forEachRemaining(out::println);
    }
  }

  void blocking() {
    try (UnmaskClient client = UnmaskClient.connect(endpoint)) {
      GenerateRequest request =
          GenerateRequest.builder("tiny_d2f")
              .prompt("Rosa has 24 coins. She loses 6. How many coins does Rosa have now?")
              .maxTokens(96)
              .decoding(Decoding.d2f().skipThreshold(0.9))
              .build();
      GenerateResult result = client.generate(request);
      out.println(result.text());
      result.decoding().ifPresent(d -> out.println(d.tokensPerPass() + " tokens per pass"));
    }
  }

  void iterator(UnmaskClient client, GenerateRequest request) {
    try (GenerationStream stream = client.stream(request)) {
      while (stream.hasNext()) {
        GenerationEvent event = stream.next();
        if (event instanceof GenerationEvent.Delta delta) {
          out.print(delta.text());
        } else if (event instanceof GenerationEvent.Finished finished) {
          out.println(" [" + finished.result().finishReason() + "]");
        }
      }
    } // closing it early gives the generation up, on the server too
  }

  CompletableFuture<String> async(UnmaskClient client, GenerateRequest request) {
    CompletableFuture<GenerateResult> future = client.generateAsync(request);
    return future.thenApply(GenerateResult::text); // future.cancel(true) gives it up
  }

  void publisher(UnmaskClient client, GenerateRequest request) {
    client
        .publish(request)
        .subscribe(
            new Flow.Subscriber<GenerationEvent>() {
              private Flow.Subscription subscription;

              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                this.subscription = subscription;
                subscription.request(1);
              }

              @Override
              public void onNext(GenerationEvent event) {
                out.println(event);
                subscription.request(1); // what is not asked for waits on the server
              }

              @Override
              public void onError(Throwable error) {
                out.println(error);
              }

              @Override
              public void onComplete() {
                out.println("complete");
              }
            });
  }

  void conversation(UnmaskClient client) {
    GenerateRequest request =
        GenerateRequest.builder("tiny_ar")
            .messages(ChatMessage.user("Rosa has 24 coins. She loses 6. How many are left?"))
            .maxTokens(96)
            .timeout(Duration.ofSeconds(30))
            .build();
    out.println(client.generate(request).text());
  }

  void tensors(UnmaskClient client) {
    InferRequest request =
        InferRequest.builder("unary")
            .input(Tensor.ofStrings("text_input", "Rosa has 24 coins."))
            .input(Tensor.ofInts("max_tokens", 16))
            .outputs("text_output", "output_ids")
            .build();
    InferResult result = client.infer(request);
    out.println(result.output("output_ids").orElseThrow().asInts().length + " tokens");
  }

  void control(UnmaskClient client) {
    out.println(client.server().isReady());
    out.println(client.server().modelMetadata("tiny_d2f").inputs());
    out.println(client.server().statistics("tiny_d2f", ""));
    client.server().repositoryIndex(false).forEach(out::println);
  }

  void errors(UnmaskClient client) {
    try {
      client.generate(GenerateRequest.of("no_such_model", "Hello"));
    } catch (UnmaskClientException e) {
      out.println(e.code() + " from " + e.endpoint() + ": " + e.getMessage());
      out.println(e.isRetrySafe() ? "worth another try" : "not worth another try");
    }
  }

  UnmaskClient settings(String first, String second) {
    return UnmaskClient.builder()
        .endpoints(first, second)
        .balancing(Balancing.LEAST_OUTSTANDING)
        .requestTimeout(Duration.ofMinutes(2))
        .idleTimeout(Duration.ofSeconds(30))
        .retry(new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(1), 0.2))
        .healthCheckInterval(Duration.ofSeconds(5))
        .header("x-team", "search")
        .token(() -> "a token, asked for before every attempt")
        .build();
  }
}

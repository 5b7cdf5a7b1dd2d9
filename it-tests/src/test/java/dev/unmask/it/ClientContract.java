package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.ChatMessage;
import dev.unmask.client.Datatype;
import dev.unmask.client.Decoding;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.FinishReason;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.ModelConfig;
import dev.unmask.client.ModelMetadata;
import dev.unmask.client.ModelStatistics;
import dev.unmask.client.Tensor;
import dev.unmask.client.TokenLogprob;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the client does against the embedded server, over whatever transport. */
abstract class ClientContract extends ServedTest {
  static UnmaskClient client;

  static void startServer() {
    start(
        EmbeddedServer.of(WireRepository.bundled())
            .explicit("tiny_ar", "tiny_d2f", "tiny_llada", "unary"));
  }

  @AfterAll
  static void closeClient() {
    client.close();
  }

  @AfterEach
  void nothingIsInProgress() {
    for (String model : List.of("tiny_ar", "tiny_d2f", "tiny_llada")) {
      Poll.until(model + " is idle", () -> Scrape.of(server).isIdle(model));
    }
  }

  private static GenerateRequest.Builder ask(String model) {
    return GenerateRequest.builder(model).prompt(PROMPT).maxTokens(96);
  }

  /** Decodes for minutes if it is let. */
  private static GenerateRequest endlessRequest() {
    return GenerateRequest.builder("tiny_llada")
        .prompt(PROMPT)
        .maxTokens(896)
        .ignoreEos(true)
        .decoding(Decoding.llada().steps(896).blockLength(2))
        .build();
  }

  @Test
  void generate_everythingThatWasAskedFor() {
    GenerateResult result =
        client.generate(ask("tiny_ar").requestId("r1").tokenIds(true).logprobs(2).build());
    assertEquals(AR_ANSWER, result.text());
    assertEquals(FinishReason.STOP, result.finishReason());
    assertEquals("r1", result.requestId());
    assertEquals("tiny_ar", result.model());
    assertEquals("1", result.modelVersion());
    GenerateResult.Usage usage = result.usage().orElseThrow();
    assertTrue(usage.promptTokens() > 10);
    assertEquals(result.tokenIds().length, usage.outputTokens());
    assertEquals(result.tokenIds().length, result.logprobs().size());
    double sum = 0;
    for (int i = 0; i < result.tokenIds().length; i++) {
      TokenLogprob token = result.logprobs().get(i);
      assertEquals(result.tokenIds()[i], token.tokenId());
      assertEquals(1, token.rank());
      assertTrue(token.alternatives().get(0).logprob() <= token.logprob());
      sum += token.logprob();
    }
    assertEquals(sum, result.cumulativeLogprob().orElseThrow(), 1e-3);
    GenerateResult.Timings timings = result.timings().orElseThrow();
    assertFalse(timings.queued().isNegative());
    assertTrue(timings.timeToFirstBlock().compareTo(timings.queued()) >= 0);
    GenerateResult.DecodingStatistics decoding = result.decoding().orElseThrow();
    assertTrue(decoding.tokensPerPass() <= 1);
    assertTrue(decoding.queryTokens() + decoding.reusedTokens() >= usage.promptTokens());
  }

  @Test
  void generate_whatWasNotAskedFor_isNotThere() {
    GenerateResult result = client.generate(ask("tiny_ar").build());
    assertEquals(AR_ANSWER, result.text());
    assertEquals(0, result.tokenIds().length);
    assertTrue(result.logprobs().isEmpty());
    assertTrue(result.cumulativeLogprob().isEmpty());
  }

  @Test
  void stream_deltasAddUpToTheResult() {
    GenerateRequest request = ask("tiny_d2f").tokenIds(true).logprobs(0).build();
    GenerateResult whole = client.generate(request);
    StringBuilder text = new StringBuilder();
    List<Integer> ids = new ArrayList<>();
    List<TokenLogprob> logprobs = new ArrayList<>();
    int deltas = 0;
    try (GenerationStream stream = client.stream(request)) {
      GenerateResult last = null;
      while (stream.hasNext()) {
        GenerationEvent event = stream.next();
        assertEquals(null, last, "nothing after the end");
        if (event instanceof GenerationEvent.Delta delta) {
          deltas++;
          text.append(delta.text());
          IntStream.of(delta.tokenIds()).forEach(ids::add);
          logprobs.addAll(delta.logprobs());
        } else if (event instanceof GenerationEvent.Finished finished) {
          last = finished.result();
        }
      }
      assertEquals(whole.text(), last.text());
      assertArrayEquals(whole.tokenIds(), last.tokenIds());
      assertEquals(whole.usage(), last.usage());
      assertEquals(whole.finishReason(), last.finishReason());
      assertEquals(logprobs, last.logprobs());
    }
    assertEquals(whole.text(), text.toString());
    assertArrayEquals(whole.tokenIds(), ids.stream().mapToInt(Integer::intValue).toArray());
    assertTrue(deltas > 1, "several deltas");
    assertTrue(whole.decoding().orElseThrow().tokensPerPass() > 2);
  }

  @Test
  void stream_snapshotsShowEveryPass() {
    GenerateRequest request = ask("tiny_d2f").tokenIds(true).blockSnapshots(true).build();
    Map<Integer, Integer> placed = new TreeMap<>();
    int revision = 0;
    GenerateResult result = null;
    try (GenerationStream stream = client.stream(request)) {
      while (stream.hasNext()) {
        GenerationEvent event = stream.next();
        if (event instanceof GenerationEvent.Snapshot snapshot) {
          assertTrue(snapshot.revision() > revision);
          revision = snapshot.revision();
          snapshot.tokens().forEach(token -> placed.put(token.position(), token.tokenId()));
          assertTrue(snapshot.committedTo() <= snapshot.length());
        } else if (event instanceof GenerationEvent.Finished finished) {
          result = finished.result();
        }
      }
    }
    assertTrue(revision > 1);
    int[] ids = result.tokenIds();
    for (int i = 0; i < ids.length; i++) {
      assertEquals(ids[i], placed.get(i), "position " + i);
    }
  }

  @Test
  void parameters_doWhatTheySay() {
    GenerateResult cut = client.generate(ask("tiny_ar").stopWords("24 / 2").build());
    assertEquals("Rosa starts with 24 coins. Half break, so ", cut.text());
    assertEquals(FinishReason.STOP, cut.finishReason());

    GenerateResult shorter = client.generate(ask("tiny_ar").maxTokens(5).tokenIds(true).build());
    assertEquals(5, shorter.tokenIds().length);
    assertEquals(FinishReason.LENGTH, shorter.finishReason());

    GenerateResult steps =
        client.generate(
            GenerateRequest.builder("tiny_llada")
                .prompt(PROMPT)
                .maxTokens(32)
                .decoding(
                    Decoding.llada()
                        .steps(8)
                        .blockLength(16)
                        .remasking(Decoding.Remasking.LOW_CONFIDENCE))
                .build());
    assertEquals(8, steps.decoding().orElseThrow().forwardPasses());

    GenerateRequest random = ask("tiny_ar").temperature(6).seed(-7).tokenIds(true).build();
    GenerateResult drawn = client.generate(random);
    assertArrayEquals(drawn.tokenIds(), client.generate(random).tokenIds());
    assertFalse(drawn.text().equals(AR_ANSWER));

    GenerateResult echoed = client.generate(ask("tiny_ar").echoPrompt(true).build());
    assertEquals(PROMPT + AR_ANSWER, echoed.text());
  }

  @Test
  void everyAlgorithm_isTaken() {
    Map<Decoding, String> models = new LinkedHashMap<>();
    models.put(Decoding.autoregressive(), "tiny_ar");
    models.put(
        Decoding.d2f()
            .blockSize(16)
            .blockAddThreshold(0.5)
            .decodedTokenThreshold(0.9)
            .skipThreshold(0.8)
            .ranking(Decoding.Ranking.ENTROPY)
            .maxActiveBlocks(3)
            .lookAhead(Decoding.LookAhead.COST),
        "tiny_d2f");
    models.put(
        Decoding.blockDiffusion()
            .blockLength(8)
            .denoisingSteps(4)
            .remaskingStrategy(Decoding.RemaskingStrategy.LOW_CONFIDENCE_STATIC)
            .threshold(0.7)
            .ebThreshold(0.2)
            .dynamicFallback(Decoding.DynamicFallback.LEFTMOST),
        "tiny_d2f");
    models.put(
        Decoding.llada().steps(16).blockLength(16).cfgScale(0.5).confidenceEosEotInf(true),
        "tiny_llada");
    models.put(
        Decoding.fastDllm().blockLength(16).cache(Decoding.Cache.PREFIX).threshold(0.8),
        "tiny_llada");
    models.put(Decoding.fastDllm().blockLength(16).factor(1.5), "tiny_llada");
    models.put(
        Decoding.dream().steps(16).eps(0.01).alg(Decoding.Alg.ENTROPY).algTemp(0.1), "tiny_llada");
    models.forEach(
        (decoding, model) -> {
          GenerateRequest request =
              GenerateRequest.builder(model)
                  .prompt(PROMPT)
                  .maxTokens(32)
                  .decoding(decoding)
                  .build();
          List<String> offered = offered(model);
          String name = (String) decoding.parameters().get("algorithm");
          if (offered.contains(name)) {
            assertTrue(client.generate(request).decoding().orElseThrow().forwardPasses() > 0, name);
          } else {
            UnmaskClientException refused =
                assertThrows(UnmaskClientException.class, () -> client.generate(request));
            assertTrue(refused.getMessage().contains("does not suit this model"));
          }
        });
  }

  /** Algorithms that the server names when it refuses one that no model has. */
  private static List<String> offered(String model) {
    Decoding wrong = model.equals("tiny_ar") ? Decoding.d2f() : Decoding.autoregressive();
    UnmaskClientException refused =
        assertThrows(
            UnmaskClientException.class, () -> client.generate(ask(model).decoding(wrong).build()));
    String message = refused.getMessage();
    return List.of(message.substring(message.indexOf("offers ") + 7).split(", ", -1));
  }

  @Test
  void messages_areAConversation() {
    GenerateRequest one =
        GenerateRequest.builder("tiny_ar").messages(ChatMessage.user(PROMPT)).maxTokens(96).build();
    assertEquals(AR_ANSWER, client.generate(one).text());
    GenerateResult longer =
        client.generate(
            GenerateRequest.builder("tiny_ar")
                .messages(
                    ChatMessage.user(PROMPT),
                    ChatMessage.assistant(AR_ANSWER),
                    ChatMessage.user(PROMPT))
                .maxTokens(8)
                .build());
    assertTrue(
        longer.usage().orElseThrow().promptTokens()
            > client.generate(one).usage().orElseThrow().promptTokens() + 20);
  }

  @Test
  void inputIds_areTakenAsTheyAre() {
    GenerateResult result =
        client.generate(
            GenerateRequest.builder("tiny_ar")
                .inputIds(IntStream.range(5, 45).toArray())
                .maxTokens(4)
                .build());
    assertEquals(40, result.usage().orElseThrow().promptTokens());
  }

  /** A value that the client refuses, and how the same value is given without its check. */
  private record Wrong(Supplier<GenerateRequest> checked, String name, Object value) {}

  @Test
  void refusals_haveTheServersMessage() {
    List<Wrong> wrongs =
        List.of(
            new Wrong(() -> ask("tiny_ar").maxTokens(0).build(), "max_tokens", 0),
            new Wrong(() -> ask("tiny_ar").temperature(-0.1).build(), "temperature", -0.1),
            new Wrong(() -> ask("tiny_ar").topP(0).build(), "top_p", 0.0),
            new Wrong(() -> ask("tiny_ar").topP(1.5).build(), "top_p", 1.5),
            new Wrong(() -> ask("tiny_ar").topK(-2).build(), "top_k", -2),
            new Wrong(() -> ask("tiny_ar").minTokens(97).build(), "min_tokens", 97),
            new Wrong(() -> ask("tiny_ar").repetitionPenalty(0).build(), "repetition_penalty", 0.0),
            new Wrong(
                () -> ask("tiny_ar").repetitionPenalty(-3).build(), "repetition_penalty", -3.0),
            new Wrong(
                () -> ask("tiny_ar").presencePenalty(-2.25).build(), "presence_penalty", -2.25),
            new Wrong(() -> ask("tiny_ar").frequencyPenalty(3).build(), "frequency_penalty", 3.0),
            new Wrong(() -> ask("tiny_ar").priority(-1).build(), "request_priority", -1),
            new Wrong(() -> d2f(Decoding.d2f().blockSize(0)), "block_size", 0),
            new Wrong(() -> d2f(Decoding.d2f().blockSize(5000)), "block_size", 5000),
            new Wrong(() -> d2f(Decoding.d2f().skipThreshold(2)), "skip_threshold", 2.0),
            new Wrong(() -> d2f(Decoding.d2f().blockAddThreshold(-1)), "block_add_threshold", -1.0),
            new Wrong(() -> d2f(Decoding.d2f().maxActiveBlocks(-1)), "max_active_blocks", -1),
            new Wrong(() -> llada(Decoding.llada().steps(0)), "steps", 0),
            new Wrong(() -> llada(Decoding.llada().cfgScale(-1)), "cfg_scale", -1.0));
    for (Wrong wrong : wrongs) {
      UnmaskClientException early =
          assertThrows(UnmaskClientException.class, wrong.checked::get, wrong.name);
      String model =
          wrong.name.startsWith("block_")
                  || wrong.name.equals("skip_threshold")
                  || wrong.name.equals("max_active_blocks")
              ? "tiny_d2f"
              : wrong.name.equals("steps") || wrong.name.equals("cfg_scale")
                  ? "tiny_llada"
                  : "tiny_ar";
      // By another of its names the length is not compared with anything on the client.
      GenerateRequest.Builder unchecked =
          GenerateRequest.builder(model).prompt(PROMPT).parameter(wrong.name, wrong.value);
      if (!wrong.name.equals("max_tokens")) {
        unchecked.parameter("max_new_tokens", 96);
      }
      UnmaskClientException late =
          assertThrows(
              UnmaskClientException.class, () -> client.generate(unchecked.build()), wrong.name);
      assertEquals(late.getMessage(), early.getMessage());
      assertEquals(ErrorCode.INVALID_ARGUMENT, late.code());
    }
  }

  private static GenerateRequest d2f(Decoding decoding) {
    return ask("tiny_d2f").decoding(decoding).build();
  }

  private static GenerateRequest llada(Decoding decoding) {
    return ask("tiny_llada").decoding(decoding).build();
  }

  @Test
  void errors_sayWhatAndWhere() {
    UnmaskClientException unknown =
        assertThrows(
            UnmaskClientException.class,
            () ->
                client.generate(
                    GenerateRequest.builder("nope").prompt("x").requestId("r9").build()));
    assertEquals(ErrorCode.NOT_FOUND, unknown.code());
    assertEquals("Request for unknown model: 'nope' is not found", unknown.getMessage());
    assertEquals("r9", unknown.requestId());
    assertTrue(unknown.endpoint().contains("localhost:"), unknown.endpoint());
    assertFalse(unknown.isRetrySafe());

    GenerateRequest wrong = ask("tiny_ar").parameter("steps", 5).build();
    UnmaskClientException refused =
        assertThrows(UnmaskClientException.class, () -> client.generate(wrong));
    assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
    assertEquals("steps=5 is not a parameter of algorithm autoregressive", refused.getMessage());
    try (GenerationStream stream = client.stream(wrong)) {
      UnmaskClientException streamed = assertThrows(UnmaskClientException.class, stream::hasNext);
      assertEquals(refused.getMessage(), streamed.getMessage());
      assertEquals(ErrorCode.INVALID_ARGUMENT, streamed.code());
    }
    assertEquals(AR_ANSWER, client.generate(ask("tiny_ar").build()).text());
  }

  @Test
  void generateAsync_manyAtOnce_eachHasItsAnswer() throws Exception {
    String d2f = client.generate(ask("tiny_d2f").build()).text();
    List<CompletableFuture<GenerateResult>> futures = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      String model = i % 2 == 0 ? "tiny_ar" : "tiny_d2f";
      futures.add(client.generateAsync(ask(model).requestId("n" + i).build()));
    }
    for (int i = 0; i < futures.size(); i++) {
      GenerateResult result = futures.get(i).get(60, TimeUnit.SECONDS);
      assertEquals("n" + i, result.requestId());
      assertEquals(i % 2 == 0 ? AR_ANSWER : d2f, result.text());
    }
  }

  /** Starts something that goes on for minutes; it ends with what is returned. */
  private interface Endless {
    Runnable start(GenerateRequest request) throws Exception;
  }

  @Test
  void cancel_ofAFuture_freesTheServer() throws Exception {
    assertCancels(
        request -> {
          CompletableFuture<GenerateResult> future = client.generateAsync(request);
          return () -> assertTrue(future.cancel(true));
        });
  }

  @Test
  void cancel_ofAStream_freesTheServer() throws Exception {
    assertCancels(
        request -> {
          GenerationStream stream = client.stream(request);
          return () -> {
            stream.close();
            assertFalse(stream.hasNext());
          };
        });
  }

  @Test
  void cancel_ofASubscription_freesTheServer() throws Exception {
    assertCancels(
        request -> {
          Collector collector = new Collector(Long.MAX_VALUE);
          client.publish(request).subscribe(collector);
          return () -> collector.subscription.cancel();
        });
  }

  @Test
  void interrupt_freesTheServer() throws Exception {
    assertCancels(
        request -> {
          CompletableFuture<Throwable> caught = new CompletableFuture<>();
          Thread thread =
              new Thread(
                  () -> {
                    try {
                      client.generate(request);
                    } catch (UnmaskClientException e) {
                      caught.complete(e);
                    }
                  });
          thread.start();
          return () -> {
            thread.interrupt();
            UnmaskClientException error = (UnmaskClientException) caught.join();
            assertEquals(ErrorCode.CANCELLED, error.code());
          };
        });
  }

  private static void assertCancels(Endless endless) throws Exception {
    Runnable cancel = endless.start(endlessRequest());
    Poll.until("it runs", () -> Scrape.of(server).requests("tiny_llada", "running") == 1);
    cancel.run();
    Poll.until("the server is idle", () -> Scrape.of(server).isIdle("tiny_llada"));
  }

  @Test
  void timeout_endsTheRequestOnTheServerToo() {
    GenerateRequest request = endlessRequest().toBuilder().timeout(Duration.ofMillis(300)).build();
    UnmaskClientException late =
        assertThrows(UnmaskClientException.class, () -> client.generate(request));
    assertTrue(
        late.code() == ErrorCode.DEADLINE_EXCEEDED || late.getMessage().contains("timeout"),
        late.toString());
    Poll.until("the server is idle", () -> Scrape.of(server).isIdle("tiny_llada"));
  }

  /** Asks for one event after the other, or for all at once. */
  private static final class Collector implements Flow.Subscriber<GenerationEvent> {
    private final long first;
    private final List<GenerationEvent> events = new ArrayList<>();
    private final CompletableFuture<List<GenerationEvent>> all = new CompletableFuture<>();
    private Flow.Subscription subscription;

    Collector(long first) {
      this.first = first;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      if (first > 0) {
        given.request(first);
      }
    }

    @Override
    public synchronized void onNext(GenerationEvent event) {
      events.add(event);
    }

    synchronized int size() {
      return events.size();
    }

    @Override
    public void onError(Throwable error) {
      all.completeExceptionally(error);
    }

    @Override
    public synchronized void onComplete() {
      all.complete(List.copyOf(events));
    }
  }

  @Test
  void publish_noMoreThanWasAskedFor() throws Exception {
    Collector collector = new Collector(0);
    client.publish(ask("tiny_ar").build()).subscribe(collector);
    for (int asked = 1; !collector.all.isDone(); asked++) {
      int most = asked;
      collector.subscription.request(1);
      Poll.until("it came", () -> collector.size() == most || collector.all.isDone());
      assertTrue(collector.size() <= asked);
    }
    List<GenerationEvent> events = collector.all.get();
    StringBuilder text = new StringBuilder();
    for (GenerationEvent event : events) {
      if (event instanceof GenerationEvent.Delta delta) {
        text.append(delta.text());
      }
    }
    assertEquals(AR_ANSWER, text.toString());
    assertTrue(events.get(events.size() - 1) instanceof GenerationEvent.Finished);
  }

  @Test
  void publish_everySubscriberHasAGenerationOfItsOwn() throws Exception {
    Flow.Publisher<GenerationEvent> publisher = client.publish(ask("tiny_d2f").build());
    Collector one = new Collector(Long.MAX_VALUE);
    Collector two = new Collector(Long.MAX_VALUE);
    publisher.subscribe(one);
    publisher.subscribe(two);
    assertEquals(
        result(one.all.get(60, TimeUnit.SECONDS)).text(),
        result(two.all.get(60, TimeUnit.SECONDS)).text());
  }

  private static GenerateResult result(List<GenerationEvent> events) {
    return ((GenerationEvent.Finished) events.get(events.size() - 1)).result();
  }

  @Test
  void infer_tensorsBothWays() {
    InferRequest request =
        InferRequest.builder("unary")
            .requestId("i1")
            .input(Tensor.ofStrings("text_input", PROMPT))
            .input(Tensor.ofInts("max_tokens", 6))
            .input(Tensor.ofFloats("temperature", 0))
            .input(Tensor.ofLongs("seed", Datatype.UINT64, 5))
            .input(Tensor.ofBools("ignore_eos", true))
            .outputs("output_ids", "text_output", "cumulative_logprob", "last_token_time_ns")
            .build();
    InferResult result = client.infer(request);
    assertEquals("unary", result.model());
    assertEquals("i1", result.requestId());
    assertEquals(6, result.output("output_ids").orElseThrow().asInts().length);
    assertTrue(AR_ANSWER.startsWith(result.output("text_output").orElseThrow().asStrings()[0]));
    assertTrue(result.output("cumulative_logprob").orElseThrow().asFloats()[0] < 0);
    assertTrue(result.output("last_token_time_ns").orElseThrow().asLongs()[0] > 0);
    assertTrue(result.output("finish_reason").isEmpty());
    assertTrue(
        client
            .infer(
                InferRequest.builder("unary")
                    .input(Tensor.ofStrings("text_input", PROMPT))
                    .input(Tensor.ofInts("max_tokens", 2))
                    .build())
            .output("text_output")
            .isPresent());
  }

  @Test
  void infer_wrongTensor_refused() {
    UnmaskClientException refused =
        assertThrows(
            UnmaskClientException.class,
            () ->
                client.infer(
                    InferRequest.builder("unary").input(Tensor.ofInts("text_input", 1)).build()));
    assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
    assertEquals(
        "inference input 'text_input' data-type is 'INT32', but model 'unary' expects 'BYTES'",
        refused.getMessage());
  }

  @Test
  void control_asksAndOrders() {
    assertTrue(client.server().isLive());
    assertTrue(client.server().isReady());
    assertTrue(client.server().isModelReady("tiny_ar", "1"));
    assertFalse(client.server().isModelReady("nope"));
    assertEquals("unmask", client.server().metadata().name());
    assertTrue(client.server().metadata().extensions().contains("statistics"));
    ModelMetadata metadata = client.server().modelMetadata("tiny_ar");
    assertEquals(List.of("1"), metadata.versions());
    assertEquals(
        new ModelMetadata.TensorMetadata("text_input", Datatype.BYTES, List.of(1L)),
        metadata.inputs().get(0));
    ModelConfig config = client.server().modelConfig("tiny_d2f");
    assertTrue(config.decoupled());
    assertEquals("unmask", config.backend());
    assertEquals(0, config.maxBatchSize());
    assertTrue(config.inputs().contains("messages"));
    assertEquals("tiny_d2f", HttpClientFixture.parse(config.json()).get("name").asText());
    assertFalse(client.server().modelConfig("unary").decoupled());

    long before = successes("tiny_ar");
    client.generate(ask("tiny_ar").build());
    assertEquals(before + 1, successes("tiny_ar"));
    assertTrue(client.server().statistics().size() >= 4);

    client.server().unload("unary");
    assertFalse(client.server().isModelReady("unary"));
    // Unloading it goes on after the answer: what it has in memory is given back.
    Poll.until("unary is unloaded", () -> reason("unary").equals("unloaded"));
    assertEquals(3, client.server().repositoryIndex(true).size());
    client.server().load("unary");
    assertTrue(client.server().isModelReady("unary"));
    UnmaskClientException none =
        assertThrows(UnmaskClientException.class, () -> client.server().load("nope"));
    assertTrue(none.getMessage().contains("nope"), none.getMessage());
  }

  private static String reason(String model) {
    return client.server().repositoryIndex(false).stream()
        .filter(entry -> entry.name().equals(model))
        .findFirst()
        .orElseThrow()
        .reason();
  }

  private static long successes(String model) {
    ModelStatistics statistics = client.server().statistics(model, "").get(0);
    return statistics.inference().get("success").count();
  }
}

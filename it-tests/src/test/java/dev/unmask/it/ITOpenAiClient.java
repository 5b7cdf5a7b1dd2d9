package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.models.Model;
import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.ModelSettings;
import dev.unmask.server.ControlMode;
import dev.unmask.server.RegistryConfig;
import dev.unmask.server.UnmaskServer;
import dev.unmask.server.http.HttpFrontEnd;
import dev.unmask.server.http.HttpOptions;
import dev.unmask.server.log.LogSettings;
import dev.unmask.server.log.ServerLog;
import dev.unmask.server.metrics.MetricsConfig;
import dev.unmask.server.metrics.ServerMetrics;
import dev.unmask.server.openai.OpenAiApi;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official OpenAI client, unchanged, against a server with the bundled models. */
class ITOpenAiClient {
  private static final String PROMPT =
      "Rosa has 24 coins. Half of the coins break. She loses 6 on the way. How many coins does Rosa"
          + " have now?";
  private static final long MAX_TOKENS = 96;

  private static ServerLog log;
  private static EngineModelLoader loader;
  private static UnmaskServer server;
  private static HttpFrontEnd http;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    log = ServerLog.open(LogSettings.DEFAULT, OutputStream.nullOutputStream());
    loader = new EngineModelLoader();
    server =
        new UnmaskServer(
            new RegistryConfig(
                List.of(BundledModelFixture.repository()),
                ControlMode.NONE,
                List.of(),
                Duration.ofSeconds(1),
                1,
                0,
                ModelSettings.DEFAULT),
            loader,
            new ServerMetrics(MetricsConfig.DEFAULT),
            log,
            true);
    server.start();
    http =
        new HttpFrontEnd(
            HttpOptions.builder().address("127.0.0.1").port(0).build(),
            server,
            new OpenAiApi(server).routes());
    http.start();
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://127.0.0.1:" + http.port() + "/v1")
            .apiKey("none")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    http.close();
    server.close();
    loader.close();
    log.close();
  }

  private static ChatCompletionCreateParams.Builder chat(String model) {
    return ChatCompletionCreateParams.builder()
        .model(model)
        .addUserMessage(PROMPT)
        .maxCompletionTokens(MAX_TOKENS);
  }

  private static CompletionCreateParams.Builder completion(String model) {
    return CompletionCreateParams.builder().model(model).prompt("Rosa has").maxTokens(12);
  }

  private static ChatCompletion.Choice answer(ChatCompletionCreateParams params) {
    return only(client.chat().completions().create(params).choices());
  }

  private static String text(ChatCompletionCreateParams params) {
    return answer(params).message().content().orElseThrow();
  }

  private static <T> T only(List<T> list) {
    assertEquals(1, list.size());
    return list.get(0);
  }

  private static void assertUsage(CompletionUsage usage) {
    assertTrue(usage.promptTokens() > 0);
    assertTrue(usage.completionTokens() > 0);
    assertEquals(usage.promptTokens() + usage.completionTokens(), usage.totalTokens());
    assertTrue(usage.promptTokensDetails().orElseThrow().cachedTokens().isPresent());
  }

  @Test
  void models_areListedAndFound() {
    Set<String> names =
        client.models().list().data().stream().map(Model::id).collect(Collectors.toSet());
    assertEquals(Set.of("tiny_ar", "tiny_llada", "tiny_d2f"), names);
    Model model = client.models().retrieve("tiny_d2f").validate();
    assertEquals("tiny_d2f", model.id());
    assertEquals("unmask", model.ownedBy());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_llada", "tiny_d2f"})
  @SuppressWarnings("deprecation") // Clients still read the fingerprint.
  void chat_everyModel_answersWithUsage(String model) {
    ChatCompletion answer = client.chat().completions().create(chat(model).build()).validate();
    assertTrue(answer.id().startsWith("chatcmpl-"));
    assertEquals(model, answer.model());
    assertTrue(answer.systemFingerprint().orElseThrow().startsWith("fp_"));
    ChatCompletion.Choice choice = only(answer.choices());
    assertEquals(ChatCompletion.Choice.FinishReason.STOP, choice.finishReason());
    assertFalse(choice.message().content().orElseThrow().isBlank());
    assertUsage(answer.usage().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny_ar", "tiny_d2f"})
  void chatStream_equalsTheWholeAnswer(String model) {
    ChatCompletionCreateParams params =
        chat(model)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    List<ChatCompletionChunk> chunks;
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      chunks = stream.stream().toList();
    }
    ChatCompletionChunk usage = chunks.get(chunks.size() - 1);
    assertTrue(usage.choices().isEmpty());
    assertUsage(usage.usage().orElseThrow());
    StringBuilder text = new StringBuilder();
    for (ChatCompletionChunk chunk : chunks.subList(0, chunks.size() - 1)) {
      chunk.validate();
      text.append(only(chunk.choices()).delta().content().orElse(""));
    }
    assertTrue(chunks.size() > 5, () -> chunks.size() + " chunks");
    assertEquals(text(chat(model).build()), text.toString());
    assertEquals(
        ChatCompletionChunk.Choice.FinishReason.STOP,
        only(chunks.get(chunks.size() - 2).choices()).finishReason().orElseThrow());
  }

  @Test
  void chat_isWhatGenerateAnswersToTheMessages() {
    String messages =
        HttpClientFixture.write(
            List.of(
                Map.of("role", "system", "content", "Be brief."),
                Map.of("role", "user", "content", PROMPT)));
    JsonNode generated =
        new HttpClientFixture(http.port())
            .generate(
                "tiny_ar",
                Map.of(
                    "messages",
                    messages,
                    "max_tokens",
                    MAX_TOKENS,
                    "return_num_input_tokens",
                    true))
            .expect(200)
            .json();
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model("tiny_ar")
                    .addSystemMessage("Be brief.")
                    .addUserMessage(PROMPT)
                    .maxCompletionTokens(MAX_TOKENS)
                    .build());
    assertEquals(
        only(answer.choices()).message().content().orElseThrow(),
        generated.get("text_output").asText());
    assertEquals(
        answer.usage().orElseThrow().promptTokens(), generated.get("num_input_tokens").asLong());
  }

  @Test
  void chat_maxTokens_cutsAndSaysSo() {
    ChatCompletion answer =
        client.chat().completions().create(chat("tiny_ar").maxCompletionTokens(3).build());
    assertEquals(ChatCompletion.Choice.FinishReason.LENGTH, only(answer.choices()).finishReason());
    assertEquals(3, answer.usage().orElseThrow().completionTokens());
  }

  @Test
  void chat_stopWord_cutsBeforeIt() {
    String whole = text(chat("tiny_d2f").build());
    String word = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
    ChatCompletion.Choice cut = answer(chat("tiny_d2f").stop(word).build());
    assertEquals(whole.substring(0, whole.indexOf(word)), cut.message().content().orElse(""));
    assertEquals(ChatCompletion.Choice.FinishReason.STOP, cut.finishReason());
  }

  @Test
  @SuppressWarnings("deprecation") // Clients still send a seed.
  void chat_seed_repeatsASampledAnswer() {
    ChatCompletionCreateParams sampled = chat("tiny_ar").temperature(1.5).seed(11).build();
    assertEquals(text(sampled), text(sampled));
  }

  @Test
  void chat_parametersOfTheAlgorithm_passThrough() {
    String text =
        text(
            chat("tiny_llada")
                .putAdditionalBodyProperty("algorithm", JsonValue.from("fast_dllm"))
                .putAdditionalBodyProperty("block_length", JsonValue.from(32))
                .putAdditionalBodyProperty("threshold", JsonValue.from(0.8))
                .build());
    assertFalse(text.isBlank());
  }

  @Test
  void chatLogprobs_areOnePerToken() {
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(chat("tiny_ar").logprobs(true).topLogprobs(3).build())
            .validate();
    List<ChatCompletionTokenLogprob> tokens =
        only(answer.choices()).logprobs().orElseThrow().content().orElseThrow();
    assertEquals(answer.usage().orElseThrow().completionTokens(), tokens.size());
    for (ChatCompletionTokenLogprob token : tokens) {
      assertTrue(token.logprob() <= 0);
      assertEquals(3, token.topLogprobs().size());
      assertEquals(token.token(), token.topLogprobs().get(0).token());
    }
    assertEquals(
        only(answer.choices()).message().content().orElseThrow(),
        tokens.stream().map(ChatCompletionTokenLogprob::token).collect(Collectors.joining()));
  }

  @Test
  void completion_answersAndStreamsTheSame() {
    Completion answer = client.completions().create(completion("tiny_ar").build()).validate();
    assertTrue(answer.id().startsWith("cmpl-"));
    assertUsage(answer.usage().orElseThrow());
    StringBuilder text = new StringBuilder();
    try (StreamResponse<Completion> stream =
        client.completions().createStreaming(completion("tiny_ar").build())) {
      stream.stream().forEach(chunk -> text.append(only(chunk.choices()).text()));
    }
    assertEquals(only(answer.choices()).text(), text.toString());
  }

  @Test
  void completion_echo_beginsWithThePrompt() {
    CompletionChoice plain =
        only(client.completions().create(completion("tiny_ar").build()).choices());
    CompletionChoice echoed =
        only(client.completions().create(completion("tiny_ar").echo(true).build()).choices());
    assertEquals("Rosa has" + plain.text(), echoed.text());
  }

  @Test
  void completionLogprobs_areListsOfOneLength() {
    Completion answer =
        client.completions().create(completion("tiny_ar").logprobs(2).build()).validate();
    CompletionChoice.Logprobs logprobs = only(answer.choices()).logprobs().orElseThrow();
    int tokens = (int) answer.usage().orElseThrow().completionTokens();
    assertEquals(tokens, logprobs.tokens().orElseThrow().size());
    assertEquals(tokens, logprobs.tokenLogprobs().orElseThrow().size());
    assertEquals(tokens, logprobs.topLogprobs().orElseThrow().size());
    assertEquals(tokens, logprobs.textOffset().orElseThrow().size());
    assertEquals(0, logprobs.textOffset().orElseThrow().get(0));
  }

  @Test
  void model_unknown_isNotFound() {
    NotFoundException e = assertThrows(NotFoundException.class, () -> answer(chat("x").build()));
    assertEquals("model_not_found", e.code().orElseThrow());
    assertThrows(NotFoundException.class, () -> client.models().retrieve("x"));
  }

  @Test
  void context_tooShort_isNamed() {
    BadRequestException e =
        assertThrows(
            BadRequestException.class,
            () -> answer(chat("tiny_ar").maxCompletionTokens(1_000_000).build()));
    assertEquals("context_length_exceeded", e.code().orElseThrow());
    assertEquals("max_tokens", e.param().orElseThrow());
  }

  @Test
  void field_unsupported_isNamed() {
    BadRequestException e =
        assertThrows(BadRequestException.class, () -> answer(chat("tiny_ar").n(2).build()));
    assertEquals("n", e.param().orElseThrow());
    assertEquals("invalid_request_error", e.type().orElseThrow());
  }

  @Test
  void parameter_ofAnotherAlgorithm_isNamedBeforeAStreamBegins() {
    ChatCompletionCreateParams params =
        chat("tiny_ar").putAdditionalBodyProperty("skip_threshold", JsonValue.from(0.5)).build();
    BadRequestException e =
        assertThrows(
            BadRequestException.class,
            () -> {
              try (StreamResponse<ChatCompletionChunk> stream =
                  client.chat().completions().createStreaming(params)) {
                assertEquals(List.of(), stream.stream().toList());
              }
            });
    assertEquals("skip_threshold", e.param().orElseThrow());
  }
}

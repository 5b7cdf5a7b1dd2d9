package dev.unmask.client.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.unmask.client.Decoding;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.testing.EmbeddedServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both models against a real server, over both protocols. */
@Timeout(120)
class EmbeddedChatTest {
  private static final List<ChatMessage> MESSAGES =
      List.of(SystemMessage.from("Answer briefly."), UserMessage.from("Hello"));
  private static final UnmaskChatRequestParameters DEFAULTS =
      UnmaskChatRequestParameters.builder()
          .maxOutputTokens(48)
          .temperature(0.0)
          .seed(1L)
          .decoding(Decoding.d2f().skipThreshold(0.8))
          .build();

  private static EmbeddedServer server;

  @BeforeAll
  static void start() {
    server = EmbeddedServer.start();
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static UnmaskClient connect(String protocol) {
    return UnmaskClient.connect(protocol.equals("grpc") ? server.grpc() : server.http());
  }

  private static UnmaskChatModel model(UnmaskClient client) {
    return UnmaskChatModel.builder()
        .client(client)
        .modelName(EmbeddedServer.MODEL)
        .defaultRequestParameters(DEFAULTS)
        .build();
  }

  private static UnmaskStreamingChatModel streaming(UnmaskClient client) {
    return UnmaskStreamingChatModel.builder()
        .client(client)
        .modelName(EmbeddedServer.MODEL)
        .defaultRequestParameters(DEFAULTS)
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void chat_conversation_isAnsweredAsTheClientIs(String protocol) {
    try (UnmaskClient client = connect(protocol)) {
      GenerateResult expected =
          client.generate(
              GenerateRequest.builder(EmbeddedServer.MODEL)
                  .messages(
                      dev.unmask.client.ChatMessage.system("Answer briefly."),
                      dev.unmask.client.ChatMessage.user("Hello"))
                  .maxTokens(48)
                  .temperature(0)
                  .seed(1)
                  .decoding(Decoding.d2f().skipThreshold(0.8))
                  .build());

      ChatResponse response = model(client).chat(MESSAGES);

      assertFalse(expected.text().isEmpty());
      assertEquals(expected.text(), response.aiMessage().text());
      assertEquals(EmbeddedServer.MODEL, response.modelName());
      assertFalse(response.id().isEmpty());
      GenerateResult.Usage usage = expected.usage().orElseThrow();
      assertEquals(usage.promptTokens(), response.tokenUsage().inputTokenCount().longValue());
      assertEquals(usage.outputTokens(), response.tokenUsage().outputTokenCount().longValue());
      UnmaskChatResponseMetadata metadata =
          assertInstanceOf(UnmaskChatResponseMetadata.class, response.metadata());
      assertTrue(metadata.decoding().orElseThrow().forwardPasses() > 0);
      assertTrue(metadata.timings().isPresent());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void stream_conversation_joinsToTheWholeAnswer(String protocol) {
    try (UnmaskClient client = connect(protocol)) {
      String whole = model(client).chat(MESSAGES).aiMessage().text();
      RecordingHandler handler = new RecordingHandler();

      streaming(client).chat(MESSAGES, handler);

      ChatResponse response = handler.end().join();
      assertEquals(whole, response.aiMessage().text());
      assertEquals(whole, String.join("", handler.parts()));
      assertTrue(handler.parts().size() > 1, () -> handler.parts().toString());
      assertEquals(List.of(response), handler.responses());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void stream_cancelledAtTheFirstPart_endsThere(String protocol) {
    try (UnmaskClient client = connect(protocol)) {
      RecordingHandler cancelled = new RecordingHandler(StreamingHandle::cancel);
      RecordingHandler other = new RecordingHandler();

      streaming(client).chat(MESSAGES, cancelled);
      streaming(client).chat(MESSAGES, other);

      other.end().join();
      assertTrue(other.parts().size() > 1);
      assertTrue(cancelled.parts().size() <= 1);
      assertFalse(cancelled.end().isDone());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  void refusals_ofTheServer_areMapped(String protocol) {
    try (UnmaskClient client = connect(protocol)) {
      ChatRequest nowhere =
          ChatRequest.builder().messages(MESSAGES).modelName("no_such_model").build();
      ChatRequest wrong =
          ChatRequest.builder()
              .messages(MESSAGES)
              .parameters(UnmaskChatRequestParameters.builder().maxOutputTokens(1_000_000).build())
              .build();
      RecordingHandler handler = new RecordingHandler();

      assertThrows(ModelNotFoundException.class, () -> model(client).chat(nowhere));
      assertThrows(InvalidRequestException.class, () -> model(client).chat(wrong));
      streaming(client).chat(nowhere, handler);

      handler.end().exceptionally(e -> null).join();
      assertInstanceOf(ModelNotFoundException.class, handler.errors().get(0));
    }
  }
}

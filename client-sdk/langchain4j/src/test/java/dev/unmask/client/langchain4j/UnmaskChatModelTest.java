package dev.unmask.client.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.unmask.client.Decoding;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.FinishReason;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

class UnmaskChatModelTest {
  private final UnmaskClient client = mock(UnmaskClient.class);
  private final RecordingListener listener = new RecordingListener();
  private final UnmaskChatModel model =
      UnmaskChatModel.builder()
          .client(client)
          .modelName("m")
          .defaultRequestParameters(
              UnmaskChatRequestParameters.builder()
                  .temperature(0.5)
                  .decoding(Decoding.llada())
                  .build())
          .listeners(listener)
          .build();

  private GenerateRequest sent() {
    ArgumentCaptor<GenerateRequest> sent = ArgumentCaptor.forClass(GenerateRequest.class);
    verify(client).generate(sent.capture());
    return sent.getValue();
  }

  @Test
  void chat_text_isAnsweredWithDefaults() {
    when(client.generate(any())).thenReturn(Results.of("hello", FinishReason.STOP));

    assertEquals("hello", model.chat("hi"));

    GenerateRequest sent = sent();
    assertEquals("m", sent.model());
    assertEquals(List.of(dev.unmask.client.ChatMessage.user("hi")), sent.messages());
    assertEquals(Map.of("temperature", 0.5, "algorithm", "llada"), sent.parameters());
  }

  @Test
  void chat_requestParameters_overrideDefaults() {
    when(client.generate(any())).thenReturn(Results.of("hello", FinishReason.STOP));

    model.chat(
        ChatRequest.builder()
            .messages(UserMessage.from("hi"))
            .parameters(ChatRequestParameters.builder().modelName("other").temperature(0.1).build())
            .build());

    assertEquals("other", sent().model());
    assertEquals(Map.of("temperature", 0.1, "algorithm", "llada"), sent().parameters());
  }

  @Test
  void chat_answer_isToldToListeners() {
    when(client.generate(any())).thenReturn(Results.of("hello", FinishReason.STOP));
    ChatRequest request = ChatRequest.builder().messages(UserMessage.from("hi")).build();

    ChatResponse response = model.chat(request);

    ChatRequest complete =
        ChatRequest.builder()
            .messages(UserMessage.from("hi"))
            .parameters(model.defaultRequestParameters())
            .build();
    assertEquals(List.of(complete, response), listener.told());
  }

  @Test
  void chat_failure_isMappedAndToldToListeners() {
    UnmaskClientException failure =
        UnmaskClientException.of(ErrorCode.NOT_FOUND, "no model 'm'", "", "", false, null);
    when(client.generate(any())).thenThrow(failure);

    ModelNotFoundException thrown =
        assertThrows(ModelNotFoundException.class, () -> model.chat("hi"));

    assertEquals(failure, thrown.getCause());
    assertEquals(thrown, listener.told().get(1));
  }

  @Test
  void chat_valueOutOfRange_isInvalid() {
    ChatRequest request =
        ChatRequest.builder().messages(UserMessage.from("hi")).temperature(-1.0).build();

    assertThrows(
        dev.langchain4j.exception.InvalidRequestException.class, () -> model.chat(request));
    verify(client, never()).generate(any());
  }

  @Test
  void chat_unsupported_isThrownAsItIs() {
    ChatRequest request =
        ChatRequest.builder()
            .messages(UserMessage.from("hi"))
            .toolSpecifications(ToolSpecification.builder().name("clock").build())
            .build();

    assertThrows(UnsupportedFeatureException.class, () -> model.chat(request));
    verify(client, never()).generate(any());
  }

  @Test
  void build_withoutClientOrName_isRefused() {
    UnmaskChatModel.Builder nameless = UnmaskChatModel.builder().client(client);
    UnmaskChatModel.Builder clientless = UnmaskChatModel.builder().modelName("m");

    assertEquals(
        "modelName is not set",
        assertThrows(IllegalArgumentException.class, nameless::build).getMessage());
    assertEquals(
        "client is not set",
        assertThrows(IllegalArgumentException.class, clientless::build).getMessage());
  }

  @Test
  void build_unsupportedDefaults_areRefused() {
    UnmaskChatModel.Builder builder =
        UnmaskChatModel.builder()
            .client(client)
            .modelName("m")
            .defaultRequestParameters(
                ChatRequestParameters.builder()
                    .toolSpecifications(ToolSpecification.builder().name("clock").build())
                    .build());

    assertThrows(UnsupportedFeatureException.class, builder::build);
  }

  @Test
  void build_nameAmongDefaults_countsUnlessSet() {
    ChatRequestParameters defaults = ChatRequestParameters.builder().modelName("d").build();

    UnmaskChatModel.Builder builder =
        UnmaskChatModel.builder().client(client).defaultRequestParameters(defaults);

    assertEquals("d", builder.build().defaultRequestParameters().modelName());
    assertEquals("m", builder.modelName("m").build().defaultRequestParameters().modelName());
  }
}

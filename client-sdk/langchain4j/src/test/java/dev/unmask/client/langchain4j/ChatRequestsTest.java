package dev.unmask.client.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.unmask.client.Decoding;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.InvalidRequestException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChatRequestsTest {
  private static GenerateRequest map(ChatMessage... messages) {
    return ChatRequests.of(ChatRequest.builder().modelName("m").messages(messages).build());
  }

  private static GenerateRequest map(UnmaskChatRequestParameters.Builder parameters) {
    return ChatRequests.of(
        ChatRequest.builder()
            .messages(UserMessage.from("hi"))
            .parameters(parameters.modelName("m").build())
            .build());
  }

  @Test
  void of_conversation_keepsRolesAndOrder() {
    GenerateRequest request =
        map(
            SystemMessage.from("be brief"),
            UserMessage.from("hi"),
            AiMessage.from("hello"),
            UserMessage.from(TextContent.from("one"), TextContent.from("two")));

    assertEquals(
        List.of(
            dev.unmask.client.ChatMessage.system("be brief"),
            dev.unmask.client.ChatMessage.user("hi"),
            dev.unmask.client.ChatMessage.assistant("hello"),
            dev.unmask.client.ChatMessage.user("one\ntwo")),
        request.messages());
    assertEquals("m", request.model());
    assertEquals(Map.of(), request.parameters());
  }

  @Test
  void of_aiMessageOfThoughtsOnly_isEmpty() {
    assertEquals(
        List.of(dev.unmask.client.ChatMessage.assistant("")),
        map(AiMessage.builder().thinking("hm").build()).messages());
  }

  @Test
  void of_everyRequest_hasIdOfItsOwn() {
    assertNotEquals(map(UserMessage.from("a")).requestId(), map(UserMessage.from("a")).requestId());
  }

  @Test
  void of_allParameters_areSent() {
    GenerateRequest request =
        map(
            UnmaskChatRequestParameters.builder()
                .temperature(0.5)
                .topP(0.9)
                .topK(40)
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .maxOutputTokens(64)
                .stopSequences("END", "STOP")
                .toolChoice(ToolChoice.AUTO)
                .responseFormat(ResponseFormat.TEXT)
                .decoding(Decoding.d2f().skipThreshold(0.8))
                .seed(7L));

    assertEquals(
        Map.ofEntries(
            Map.entry("temperature", 0.5),
            Map.entry("top_p", 0.9),
            Map.entry("top_k", 40),
            Map.entry("frequency_penalty", 0.1),
            Map.entry("presence_penalty", 0.2),
            Map.entry("max_tokens", 64),
            Map.entry("stop_words", List.of("END", "STOP")),
            Map.entry("algorithm", "d2f"),
            Map.entry("skip_threshold", 0.8),
            Map.entry("seed", 7L)),
        request.parameters());
  }

  @Test
  void of_valueOutOfRange_isRefusedByName() {
    InvalidRequestException refused =
        assertThrows(
            InvalidRequestException.class,
            () -> map(UnmaskChatRequestParameters.builder().maxOutputTokens(0)));
    assertEquals("max_tokens=0 is not in >= 1", refused.getMessage());
  }

  static Stream<Arguments> messages() {
    ToolExecutionRequest call = ToolExecutionRequest.builder().id("1").name("clock").build();
    return Stream.of(
        Arguments.of(
            UserMessage.from(TextContent.from("what is it?"), ImageContent.from("http://x/y.png")),
            "content of type IMAGE"),
        Arguments.of(UserMessage.from("Ada", "hi"), "name=Ada of a user message"),
        Arguments.of(AiMessage.from(call), "toolExecutionRequests of an AI message"),
        Arguments.of(AiMessage.from("so", List.of(call)), "toolExecutionRequests of an AI message"),
        Arguments.of(
            AiMessage.builder()
                .text("see")
                .attributes(
                    Map.of(
                        AiMessage.GENERATED_IMAGES_KEY,
                        List.of(Image.builder().url("http://x/y.png").build())))
                .build(),
            "images of an AI message"),
        Arguments.of(
            ToolExecutionResultMessage.from(call, "noon"), "message of type TOOL_EXECUTION_RESULT"),
        Arguments.of(CustomMessage.from(Map.of("a", "b")), "message of type CUSTOM"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void of_messageThatIsNoText_isRefused(ChatMessage message, String what) {
    assertUnsupported(what, () -> map(UserMessage.from("hi"), message));
  }

  static Stream<Arguments> parameters() {
    return Stream.of(
        Arguments.of(
            UnmaskChatRequestParameters.builder()
                .toolSpecifications(ToolSpecification.builder().name("clock").build()),
            "toolSpecifications"),
        Arguments.of(
            UnmaskChatRequestParameters.builder().toolChoice(ToolChoice.REQUIRED),
            "toolChoice=REQUIRED"),
        Arguments.of(
            UnmaskChatRequestParameters.builder().responseFormat(ResponseFormat.JSON),
            "responseFormat=JSON"));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void of_parameterThatCannotBeSent_isRefused(
      UnmaskChatRequestParameters.Builder parameters, String what) {
    assertUnsupported(what, () -> map(parameters));
  }

  private static void assertUnsupported(String what, Executable call) {
    assertEquals(
        what + " is not supported by Unmask",
        assertThrows(UnsupportedFeatureException.class, call).getMessage());
  }
}

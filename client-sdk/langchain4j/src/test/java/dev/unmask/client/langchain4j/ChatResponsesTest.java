package dev.unmask.client.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import dev.unmask.client.FinishReason;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatResponsesTest {
  private static UnmaskChatResponseMetadata metadata(ChatResponse response) {
    return assertInstanceOf(UnmaskChatResponseMetadata.class, response.metadata());
  }

  @Test
  void of_result_hasAllOfIt() {
    ChatResponse response = ChatResponses.of(Results.of("hello", FinishReason.STOP));

    assertEquals(AiMessage.from("hello"), response.aiMessage());
    assertEquals("id", response.id());
    assertEquals("m", response.modelName());
    assertEquals(new TokenUsage(5, 12, 17), response.tokenUsage());
    assertEquals(Optional.of(Results.DECODING), metadata(response).decoding());
    assertEquals(Optional.of(Results.TIMINGS), metadata(response).timings());
  }

  @Test
  void of_bareResult_leavesTheRestOut() {
    ChatResponse response = ChatResponses.of(Results.bare(""));

    assertEquals("", response.aiMessage().text());
    assertNull(response.id());
    assertNull(response.tokenUsage());
    assertEquals(Optional.empty(), metadata(response).decoding());
    assertEquals(Optional.empty(), metadata(response).timings());
  }

  @ParameterizedTest
  @CsvSource({"STOP,STOP", "LENGTH,LENGTH", "CANCELLED,OTHER", "UNKNOWN,OTHER"})
  void of_finishReason_isMapped(
      FinishReason reason, dev.langchain4j.model.output.FinishReason expected) {
    assertEquals(expected, ChatResponses.of(Results.of("", reason)).finishReason());
  }

  @Test
  void metadata_toBuilder_keepsAll() {
    UnmaskChatResponseMetadata metadata =
        metadata(ChatResponses.of(Results.of("", FinishReason.STOP)));

    UnmaskChatResponseMetadata copy = metadata.toBuilder().build();
    assertEquals(metadata, copy);
    assertEquals(metadata.hashCode(), copy.hashCode());
    assertNotEquals(metadata, metadata.toBuilder().timings(null).build());
    assertNotEquals(metadata, metadata.toBuilder().id("other").build());
  }

  @Test
  void response_withOtherId_keepsStatistics() {
    ChatResponse response = ChatResponses.of(Results.of("", FinishReason.STOP));

    ChatResponse other =
        ChatResponse.builder()
            .aiMessage(response.aiMessage())
            .metadata(metadata(response).toBuilder().id("other").build())
            .build();

    assertEquals("other", other.id());
    assertEquals(Optional.of(Results.DECODING), metadata(other).decoding());
  }
}

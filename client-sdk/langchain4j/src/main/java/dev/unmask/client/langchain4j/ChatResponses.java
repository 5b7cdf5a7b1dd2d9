package dev.unmask.client.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.unmask.client.GenerateResult;

/** The client's results as LangChain4j's responses. */
final class ChatResponses {
  private ChatResponses() {}

  static ChatResponse of(GenerateResult result) {
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(result.text()))
        .metadata(
            UnmaskChatResponseMetadata.builder()
                .id(result.requestId().isEmpty() ? null : result.requestId())
                .modelName(result.model())
                .tokenUsage(result.usage().map(ChatResponses::usage).orElse(null))
                .finishReason(reason(result.finishReason()))
                .decoding(result.decoding().orElse(null))
                .timings(result.timings().orElse(null))
                .build())
        .build();
  }

  private static TokenUsage usage(GenerateResult.Usage usage) {
    return new TokenUsage(
        Math.toIntExact(usage.promptTokens()),
        Math.toIntExact(usage.outputTokens()),
        Math.toIntExact(usage.totalTokens()));
  }

  private static FinishReason reason(dev.unmask.client.FinishReason reason) {
    return switch (reason) {
      case STOP -> FinishReason.STOP;
      case LENGTH -> FinishReason.LENGTH;
      case CANCELLED, UNKNOWN -> FinishReason.OTHER;
    };
  }
}

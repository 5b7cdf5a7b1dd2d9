package dev.unmask.client.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.unmask.client.GenerateRequest;
import java.util.UUID;
import java.util.function.Consumer;

/** LangChain4j's requests as the client's. */
final class ChatRequests {
  private ChatRequests() {}

  /**
   * The request, with an id of its own.
   *
   * @throws UnsupportedFeatureException naming what cannot be sent
   * @throws dev.unmask.client.InvalidRequestException naming the value that is wrong
   */
  static GenerateRequest of(ChatRequest request) {
    ChatRequestParameters parameters = request.parameters();
    checkSupported(parameters);
    GenerateRequest.Builder builder =
        GenerateRequest.builder(parameters.modelName())
            .requestId(UUID.randomUUID().toString())
            .messages(Conversations.of(request.messages()));
    ifSet(parameters.temperature(), builder::temperature);
    ifSet(parameters.topP(), builder::topP);
    ifSet(parameters.topK(), builder::topK);
    ifSet(parameters.frequencyPenalty(), builder::frequencyPenalty);
    ifSet(parameters.presencePenalty(), builder::presencePenalty);
    ifSet(parameters.maxOutputTokens(), builder::maxTokens);
    if (!parameters.stopSequences().isEmpty()) {
      builder.stopWords(parameters.stopSequences().toArray(new String[0]));
    }
    if (parameters instanceof UnmaskChatRequestParameters own) {
      ifSet(own.decoding(), builder::decoding);
      ifSet(own.seed(), builder::seed);
    }
    return builder.build();
  }

  /**
   * Checks what does not depend on the messages.
   *
   * @throws UnsupportedFeatureException naming what cannot be sent
   */
  static void checkSupported(ChatRequestParameters parameters) {
    if (!parameters.toolSpecifications().isEmpty()) {
      throw unsupported("toolSpecifications");
    }
    if (parameters.toolChoice() == ToolChoice.REQUIRED) {
      throw unsupported("toolChoice=REQUIRED");
    }
    ResponseFormat format = parameters.responseFormat();
    if (format != null && format.type() != ResponseFormatType.TEXT) {
      throw unsupported("responseFormat=" + format.type());
    }
  }

  static UnsupportedFeatureException unsupported(String what) {
    return new UnsupportedFeatureException(what + " is not supported by Unmask");
  }

  private static <T> void ifSet(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}

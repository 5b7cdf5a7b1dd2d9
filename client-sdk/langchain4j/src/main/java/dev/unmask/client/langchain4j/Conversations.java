package dev.unmask.client.langchain4j;

import static dev.unmask.client.langchain4j.ChatRequests.unsupported;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.unmask.client.ChatMessage;
import java.util.List;
import java.util.stream.Collectors;

/** LangChain4j's messages as the client's. */
final class Conversations {
  private Conversations() {}

  /**
   * The messages, one for one.
   *
   * @throws UnsupportedFeatureException naming what is no text
   */
  static List<ChatMessage> of(List<dev.langchain4j.data.message.ChatMessage> messages) {
    return messages.stream().map(Conversations::message).toList();
  }

  private static ChatMessage message(dev.langchain4j.data.message.ChatMessage message) {
    if (message instanceof SystemMessage system) {
      return ChatMessage.system(system.text());
    }
    if (message instanceof UserMessage user) {
      return user(user);
    }
    if (message instanceof AiMessage ai) {
      return ai(ai);
    }
    throw unsupported("message of type " + message.type());
  }

  private static ChatMessage user(UserMessage user) {
    if (user.name() != null) {
      throw unsupported("name=" + user.name() + " of a user message");
    }
    return ChatMessage.user(
        user.contents().stream().map(Conversations::text).collect(Collectors.joining("\n")));
  }

  private static String text(Content content) {
    if (content instanceof TextContent text) {
      return text.text();
    }
    throw unsupported("content of type " + content.type());
  }

  private static ChatMessage ai(AiMessage ai) {
    if (ai.hasToolExecutionRequests()) {
      throw unsupported("toolExecutionRequests of an AI message");
    }
    if (!ai.images().isEmpty()) {
      throw unsupported("images of an AI message");
    }
    return ChatMessage.assistant(ai.text() == null ? "" : ai.text());
  }
}

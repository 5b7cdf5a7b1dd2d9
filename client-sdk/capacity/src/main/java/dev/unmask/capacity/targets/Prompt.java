package dev.unmask.capacity.targets;

import dev.unmask.scheduler.UnmaskException;
import java.util.List;

/**
 * What is asked. Immutable.
 *
 * @param messages a conversation; empty where there is a text
 * @param text continued as it stands, without a chat template; empty where there are messages
 */
public record Prompt(List<Message> messages, String text) {
  /**
   * One message of a conversation.
   *
   * @param role such as {@code user}
   * @param content its text
   */
  public record Message(String role, String content) {}

  /** Checks that it is one of the two. */
  public Prompt {
    messages = List.copyOf(messages);
    if (messages.isEmpty() == text.isEmpty()) {
      throw UnmaskException.invalid("a prompt has either messages or a text");
    }
  }

  /** One message of a user. */
  public static Prompt ofUser(String content) {
    return new Prompt(List.of(new Message("user", content)), "");
  }

  /** A text that is continued as it stands. */
  public static Prompt ofRaw(String text) {
    return new Prompt(List.of(), text);
  }

  /** Whether it is a text, which no chat template is put around. */
  public boolean raw() {
    return messages.isEmpty();
  }

  /** Whether it is one message of a user. */
  public boolean single() {
    return messages.size() == 1 && messages.get(0).role().equals("user");
  }
}

package dev.unmask.client;

import java.util.Objects;

/**
 * A message of a conversation.
 *
 * @param role such as {@code system}, {@code user} or {@code assistant}
 * @param content its text
 */
public record ChatMessage(String role, String content) {
  /**
   * Checks that both are there.
   *
   * @param role such as {@code system}, {@code user} or {@code assistant}
   * @param content its text
   */
  public ChatMessage {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }

  /**
   * A message of the user.
   *
   * @param content its text
   * @return the message
   */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /**
   * A message that sets the scene.
   *
   * @param content its text
   * @return the message
   */
  public static ChatMessage system(String content) {
    return new ChatMessage("system", content);
  }

  /**
   * An earlier answer of the model.
   *
   * @param content its text
   * @return the message
   */
  public static ChatMessage assistant(String content) {
    return new ChatMessage("assistant", content);
  }
}

package dev.unmask.bridge.text;

/**
 * One message of a conversation.
 *
 * @param role who wrote it: {@code system}, {@code user} or {@code assistant}
 * @param content what was written
 */
public record ChatMessage(String role, String content) {
  /** A message of the user. */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }
}

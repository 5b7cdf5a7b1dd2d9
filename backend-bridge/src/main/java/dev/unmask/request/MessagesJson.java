package dev.unmask.request;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;

/** Reads the JSON of the input {@code messages}. */
final class MessagesJson {
  private static final TypeReference<ArrayNode> ARRAY = new TypeReference<>() {};
  private static final MessagesReader READER = new MessagesReader("input 'messages'", false);

  private MessagesJson() {}

  /**
   * The conversation; null where there is none.
   *
   * @param json null for none
   * @throws UnmaskException INVALID_ARGUMENT naming the message that is wrong, or where it is no
   *     JSON array, or too long
   */
  static List<ChatMessage> parse(String json) {
    return json == null ? null : READER.read(InputJson.parse("messages", json, ARRAY, "array"));
  }
}

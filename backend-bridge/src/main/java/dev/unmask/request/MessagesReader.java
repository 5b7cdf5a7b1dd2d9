package dev.unmask.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a conversation from JSON: who said what. Any thread. */
public final class MessagesReader {
  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");

  /** What clients send back in a message that they got from here, all without content. */
  private static final List<String> WITHOUT_CONTENT =
      List.of("name", "refusal", "tool_calls", "function_call", "audio", "annotations");

  private final String path;
  private final boolean refusesUnknown;

  /**
   * @param path where the conversation stands, for messages of errors
   * @param refusesUnknown whether members that are not known are refused; ignored otherwise
   */
  public MessagesReader(String path, boolean refusesUnknown) {
    this.path = path;
    this.refusesUnknown = refusesUnknown;
  }

  /**
   * The conversation. Roles are handed to the chat template as they are.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the message and the member
   */
  public List<ChatMessage> read(ArrayNode array) {
    List<ChatMessage> messages = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String element = path + "[" + i + "]";
      if (!(array.get(i) instanceof ObjectNode message)) {
        throw Fields.wrongValue(element, array.get(i), "is not an object");
      }
      messages.add(message(new Fields(message, element + ".")));
    }
    return messages;
  }

  private ChatMessage message(Fields fields) {
    JsonNode role = fields.required("role", "a role");
    if (!role.isTextual() || !ROLES.contains(role.textValue())) {
      throw fields.wrong("role", role, "is none of system, developer, user, assistant");
    }
    for (String name : WITHOUT_CONTENT) {
      JsonNode node = fields.get(name);
      if (node != null && !(node.isArray() && node.isEmpty())) {
        throw fields.wrong(name, node, "is not supported");
      }
    }
    String content = content(fields);
    checkUnknown(fields, "a message");
    return new ChatMessage(role.textValue(), content);
  }

  private String content(Fields fields) {
    JsonNode content = fields.required("content", "a text");
    if (content.isTextual()) {
      return content.textValue();
    }
    if (!content.isArray()) {
      throw fields.wrong("content", content, "is not a string or an array of text parts");
    }
    List<String> parts = new ArrayList<>(content.size());
    for (int i = 0; i < content.size(); i++) {
      parts.add(part(fields, "content[" + i + "]", content.get(i)));
    }
    return String.join("\n", parts);
  }

  private String part(Fields message, String name, JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      throw message.wrong(name, node, "is not an object");
    }
    Fields part = message.nested(name, object);
    JsonNode type = part.required("type", "a type");
    if (!type.isTextual() || !type.textValue().equals("text")) {
      throw part.wrong("type", type, "is not supported, only text is");
    }
    part.required("text", "a text");
    String text = part.text("text");
    checkUnknown(part, "a text part");
    return text;
  }

  private void checkUnknown(Fields fields, String owner) {
    if (refusesUnknown) {
      fields.refuseUnknown(owner);
    }
  }
}

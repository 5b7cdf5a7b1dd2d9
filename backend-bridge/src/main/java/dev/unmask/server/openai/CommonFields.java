package dev.unmask.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.request.Fields;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The fields that completions and chat completions share.
 *
 * @param model the model's name
 * @param id the client's name for the request; null for none
 * @param stream whether the answer is streamed
 * @param includeUsage whether a stream ends with token counts
 * @param stopWords texts that end the answer
 * @param badWords texts that must not occur in it
 * @param priority 1 first, 0 for the default
 * @param parameters decoding parameters by name
 */
record CommonFields(
    String model,
    String id,
    boolean stream,
    boolean includeUsage,
    List<String> stopWords,
    List<String> badWords,
    int priority,
    Map<String, Object> parameters) {
  /** Most alternatives per token. */
  static final int MAX_LOGPROBS = 20;

  /** Value of {@code GenerationInput.logprobs} where none are wanted. */
  static final int NO_LOGPROBS = -1;

  private static final int MAX_STOP_WORDS = 4;
  private static final int MAX_ID_LENGTH = 128;

  /**
   * Reads them.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the field
   */
  static CommonFields read(Fields fields) {
    fields.required("model", "a model's name");
    boolean stream = fields.flag("stream", false);
    return new CommonFields(
        fields.text("model"),
        id(fields),
        stream,
        includeUsage(fields, stream),
        texts(fields, "stop", MAX_STOP_WORDS),
        texts(fields, "bad_words", Integer.MAX_VALUE),
        fields.integer("priority", 0, 0, Integer.MAX_VALUE),
        ParameterFields.read(fields));
  }

  /** Ids stand in logs and headers: short, printable, no spaces. */
  private static String id(Fields fields) {
    String id = fields.text("request_id");
    if (id == null) {
      return null;
    }
    if (id.isEmpty()
        || id.length() > MAX_ID_LENGTH
        || id.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw fields.wrong(
          "request_id",
          fields.get("request_id"),
          "is not 1 to " + MAX_ID_LENGTH + " printable ASCII characters");
    }
    return id;
  }

  private static boolean includeUsage(Fields fields, boolean stream) {
    Fields options = fields.object("stream_options");
    if (options == null) {
      return false;
    }
    if (!stream) {
      throw fields.wrong(
          "stream_options", fields.get("stream_options"), "is allowed with stream=true only");
    }
    boolean includeUsage = options.flag("include_usage", false);
    if (options.flag("include_obfuscation", false)) {
      throw options.wrong(
          "include_obfuscation", options.get("include_obfuscation"), "is not supported");
    }
    options.refuseUnknown("stream_options");
    return includeUsage;
  }

  private static List<String> texts(Fields fields, String name, int max) {
    JsonNode node = fields.get(name);
    if (node == null) {
      return List.of();
    }
    if (node.isTextual()) {
      return List.of(notEmpty(name, node));
    }
    if (!node.isArray()) {
      throw fields.wrong(name, node, "is not a string or an array of strings");
    }
    if (node.size() > max) {
      throw fields.wrong(name, node, "has " + node.size() + " strings, more than " + max);
    }
    List<String> texts = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      texts.add(notEmpty(name + "[" + i + "]", node.get(i)));
    }
    return texts;
  }

  private static String notEmpty(String path, JsonNode node) {
    if (!node.isTextual()) {
      throw Fields.wrongValue(path, node, "is not a string");
    }
    if (node.textValue().isEmpty()) {
      throw Fields.wrongValue(path, node, "is empty");
    }
    return node.textValue();
  }
}

package dev.unmask.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.request.Fields;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Fields of the API that ask for what this server does not do. Values that ask for nothing pass,
 * since clients send them; any other is refused by name. Immutable; any thread.
 */
final class UnsupportedFields {
  private static final Predicate<JsonNode> NEVER = node -> false;
  private static final Predicate<JsonNode> EMPTY = node -> node.isContainerNode() && node.isEmpty();
  private static final Predicate<JsonNode> ONE = node -> node.isIntegralNumber() && is(node, "1");
  private static final Predicate<JsonNode> FALSE = node -> node.isBoolean() && is(node, "false");
  private static final Predicate<JsonNode> NONE = node -> node.isTextual() && is(node, "none");

  /** What both APIs have. */
  private static final Map<String, Predicate<JsonNode>> COMMON =
      Map.of("n", ONE, "logit_bias", EMPTY, "store", FALSE);

  /** Those of completions. */
  static final UnsupportedFields OF_COMPLETIONS =
      new UnsupportedFields(
          Map.of("best_of", ONE, "suffix", node -> node.isTextual() && is(node, "")));

  /** Those of chat completions. */
  static final UnsupportedFields OF_CHAT =
      new UnsupportedFields(
          Map.ofEntries(
              Map.entry("tools", EMPTY),
              Map.entry("tool_choice", NONE),
              Map.entry("parallel_tool_calls", NEVER),
              Map.entry("functions", EMPTY),
              Map.entry("function_call", NONE),
              Map.entry("response_format", UnsupportedFields::isPlainText),
              Map.entry("modalities", UnsupportedFields::isTextOnly),
              Map.entry("audio", NEVER),
              Map.entry("prediction", NEVER),
              Map.entry("web_search_options", NEVER),
              Map.entry("reasoning_effort", NONE),
              Map.entry("verbosity", NEVER)));

  /** Fields that are for the provider's books and change no answer. */
  private static final List<String> IGNORED_TEXTS =
      List.of(
          "user",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention");

  private static final String METADATA = "metadata";

  private final Map<String, Predicate<JsonNode>> neutral = new TreeMap<>(COMMON);

  private UnsupportedFields(Map<String, Predicate<JsonNode>> neutral) {
    this.neutral.putAll(neutral);
  }

  /**
   * Refuses what asks for something, and takes note of what is ignored.
   *
   * @throws dev.unmask.scheduler.UnmaskException INVALID_ARGUMENT naming the field
   */
  void refuse(Fields fields) {
    neutral.forEach(
        (name, asksNothing) -> {
          JsonNode node = fields.get(name);
          if (node != null && !asksNothing.test(node)) {
            throw fields.wrong(name, node, "is not supported");
          }
        });
    IGNORED_TEXTS.forEach(fields::text);
    fields.object(METADATA);
  }

  private static boolean is(JsonNode node, String text) {
    return node.asText().equals(text);
  }

  private static boolean isPlainText(JsonNode format) {
    return format.isObject() && format.size() == 1 && is(format.path("type"), "text");
  }

  private static boolean isTextOnly(JsonNode modalities) {
    return modalities.isArray() && modalities.size() == 1 && is(modalities.get(0), "text");
  }
}

package dev.unmask.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.request.Fields;
import dev.unmask.scheduler.UnmaskException;

/**
 * What a completion is to follow; one of the two is null.
 *
 * @param text a text
 * @param tokenIds token ids
 */
record Prompt(String text, int[] tokenIds) {
  private static final String NAME = "prompt";

  /**
   * Reads {@code prompt}: a string, an array of token ids, or an array with one of these.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming it
   */
  static Prompt read(Fields fields) {
    JsonNode node = fields.required(NAME, "a text or an array of token ids");
    if (node.isArray() && !node.isEmpty() && !node.get(0).isNumber()) {
      if (node.size() > 1) {
        throw fields.wrong(NAME, node, "has " + node.size() + " prompts, one is supported");
      }
      return single(NAME + "[0]", node.get(0));
    }
    return single(NAME, node);
  }

  private static Prompt single(String path, JsonNode node) {
    if (node.isTextual()) {
      return new Prompt(node.textValue(), null);
    }
    if (!node.isArray()) {
      throw Fields.wrongValue(path, node, "is not a text or an array of token ids");
    }
    int[] tokenIds = new int[node.size()];
    for (int i = 0; i < tokenIds.length; i++) {
      JsonNode id = node.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw Fields.wrongValue(path + "[" + i + "]", id, "is not a token id");
      }
      tokenIds[i] = id.intValue();
    }
    return new Prompt(null, tokenIds);
  }
}

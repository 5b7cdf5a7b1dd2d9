package dev.unmask.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;

/**
 * A text with gaps: an array of texts and of numbers of masked tokens, in order.
 *
 * @param tokenIds the whole sequence, arbitrary at masked positions
 * @param masked which positions are to be filled
 * @param spans first position and end of each gap
 */
record InfillPrompt(int[] tokenIds, boolean[] masked, List<int[]> spans) {

  /**
   * Encodes the array.
   *
   * @throws UnmaskException INVALID_ARGUMENT where an element is neither
   */
  static InfillPrompt encode(JsonNode array, TextTokenizer tokenizer, int maxContext) {
    if (!array.isArray()) {
      throw UnmaskException.invalid("infill=" + array + " is not an array");
    }
    List<Integer> ids = new ArrayList<>();
    List<int[]> spans = new ArrayList<>();
    for (int id : tokenizer.startTokens()) {
      ids.add(id);
    }
    for (int i = 0; i < array.size(); i++) {
      JsonNode piece = array.get(i);
      if (piece.isTextual()) {
        for (int id : tokenizer.encodeText(piece.asText())) {
          ids.add(id);
        }
      } else if (piece.isInt() && piece.asInt() > 0 && piece.asInt() <= maxContext) {
        spans.add(new int[] {ids.size(), ids.size() + piece.asInt()});
        for (int mask = 0; mask < piece.asInt(); mask++) {
          ids.add(0);
        }
      } else {
        throw UnmaskException.invalid(
            "infill[" + i + "]=" + piece + " is neither text nor a number of masks");
      }
    }
    boolean[] masked = new boolean[ids.size()];
    for (int[] span : spans) {
      java.util.Arrays.fill(masked, span[0], span[1], true);
    }
    return new InfillPrompt(
        ids.stream().mapToInt(Integer::intValue).toArray(), masked, List.copyOf(spans));
  }
}

package dev.unmask.cli;

import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Named values of a request: those of the scheduler, and the stop words, which only the text layer
 * knows.
 *
 * @param scheduler what the scheduler checks
 * @param stop stop words, may be empty
 */
record RequestParameters(Map<String, Object> scheduler, List<String> stop) {
  private static final String STOP = "stop";

  /**
   * Merges values; the request's own win.
   *
   * @throws UnmaskException INVALID_ARGUMENT where {@code stop} is no string or list of strings
   */
  static RequestParameters of(Map<String, ?> defaults, Map<String, ?> own) {
    Map<String, Object> merged = new HashMap<>(defaults);
    merged.putAll(own);
    List<String> stop = stopWords(merged.remove(STOP));
    return new RequestParameters(merged, stop);
  }

  private static List<String> stopWords(Object value) {
    if (value == null) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    for (Object word : value instanceof List<?> list ? list : List.of(value)) {
      if (!(word instanceof String text) || text.isEmpty()) {
        throw UnmaskException.invalid(
            STOP + "=" + value + " is no text and no list of texts, none of them empty");
      }
      words.add(text);
    }
    return words;
  }
}

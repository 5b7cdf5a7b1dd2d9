package dev.unmask.client.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Headers of every request.
 *
 * @param fixed by lower case names
 * @param token asked for every attempt, sent as {@code authorization: Bearer} unless it is null;
 *     null for none
 */
public record Headers(Map<String, String> fixed, Supplier<String> token) {
  /**
   * Makes the map unmodifiable.
   *
   * @param fixed by lower case names
   * @param token asked for every attempt, sent as {@code authorization: Bearer}; null for none
   */
  public Headers {
    fixed = Map.copyOf(fixed);
  }

  /** Headers of one attempt: these, the token's and further ones. */
  Map<String, String> forAttempt(Map<String, String> more) {
    if (token == null && more.isEmpty()) {
      return fixed;
    }
    Map<String, String> all = new LinkedHashMap<>(fixed);
    all.putAll(more);
    String current = token == null ? null : token.get();
    if (current != null) {
      all.put("authorization", Names.value("authorization", "Bearer " + current));
    }
    return all;
  }
}

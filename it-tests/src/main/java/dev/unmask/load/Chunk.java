package dev.unmask.load;

import java.util.Map;

/**
 * One response of a stream. Outputs that the request did not ask for are missing.
 *
 * @param nanos {@link System#nanoTime} when it was read
 * @param values outputs with one element, by name: String, Long or Double
 * @param outputIds token ids, if asked for; empty for none
 */
public record Chunk(long nanos, Map<String, Object> values, int[] outputIds) {
  /** The text, possibly empty. */
  public String text() {
    return (String) values.getOrDefault("text_output", "");
  }

  /** An integer output; 0 where it is missing. */
  public long integer(String name) {
    return (Long) values.getOrDefault(name, 0L);
  }
}

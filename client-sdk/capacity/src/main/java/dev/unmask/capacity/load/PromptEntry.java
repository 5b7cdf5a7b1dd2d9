package dev.unmask.capacity.load;

import dev.unmask.capacity.targets.Prompt;
import java.util.Map;

/**
 * A prompt of a file. Immutable.
 *
 * @param id its name in the file, or its line
 * @param task what it belongs to; empty for none
 * @param prompt what is asked
 * @param expected the right answer; null where it is not known
 * @param parameters which it sets itself
 */
public record PromptEntry(
    String id, String task, Prompt prompt, String expected, Map<String, Object> parameters) {}

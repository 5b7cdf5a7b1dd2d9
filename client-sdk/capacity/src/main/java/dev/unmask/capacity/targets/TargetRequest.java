package dev.unmask.capacity.targets;

import java.util.Map;

/**
 * One request. Immutable.
 *
 * @param id its name, unique within a run
 * @param prompt what is asked
 * @param parameters by the names of the decoding parameters; values String, Boolean, Long, Double
 *     or List
 */
public record TargetRequest(String id, Prompt prompt, Map<String, Object> parameters) {}

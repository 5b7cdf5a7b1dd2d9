package dev.unmask.load;

import java.util.Map;

/**
 * A generation to stream. Immutable.
 *
 * @param model name of the model
 * @param id the client's name for it, possibly empty
 * @param prompt text
 * @param parameters request parameters by name: String, Integer, Long, Double or Boolean
 */
public record LoadRequest(String model, String id, String prompt, Map<String, Object> parameters) {
  /** Copies the parameters. */
  public LoadRequest {
    parameters = Map.copyOf(parameters);
  }
}

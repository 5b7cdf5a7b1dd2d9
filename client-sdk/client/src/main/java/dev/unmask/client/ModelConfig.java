package dev.unmask.client;

import java.util.List;
import java.util.Map;

/**
 * A model's configuration: what callers most often want of it, and all of it as JSON.
 *
 * @param name its name
 * @param backend the backend that runs it
 * @param maxBatchSize 0 where it has no batch dimension
 * @param decoupled whether a request may have any number of responses
 * @param inputs names of its inputs
 * @param outputs names of its outputs
 * @param parameters its parameters
 * @param json the whole configuration, with the field names of {@code model_config.proto}
 */
public record ModelConfig(
    String name,
    String backend,
    int maxBatchSize,
    boolean decoupled,
    List<String> inputs,
    List<String> outputs,
    Map<String, String> parameters,
    String json) {
  /**
   * Makes what is modifiable unmodifiable.
   *
   * @param name its name
   * @param backend the backend that runs it
   * @param maxBatchSize 0 where it has no batch dimension
   * @param decoupled whether a request may have any number of responses
   * @param inputs names of its inputs
   * @param outputs names of its outputs
   * @param parameters its parameters
   * @param json the whole configuration, with the field names of {@code model_config.proto}
   */
  public ModelConfig {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    parameters = Map.copyOf(parameters);
  }
}

package dev.unmask.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A response of tensors.
 *
 * @param model the model that answered
 * @param modelVersion its version
 * @param requestId the request's id
 * @param outputs the outputs
 * @param parameters the response's parameters: String, Boolean, Long or Double by name
 */
public record InferResult(
    String model,
    String modelVersion,
    String requestId,
    List<Tensor> outputs,
    Map<String, Object> parameters) {
  /**
   * Makes what is modifiable unmodifiable.
   *
   * @param model the model that answered
   * @param modelVersion its version
   * @param requestId the request's id
   * @param outputs the outputs
   * @param parameters the response's parameters: String, Boolean, Long or Double by name
   */
  public InferResult {
    outputs = List.copyOf(outputs);
    parameters = Map.copyOf(parameters);
  }

  /**
   * An output by its name.
   *
   * @param name its name
   * @return empty where the response has none of that name
   */
  public Optional<Tensor> output(String name) {
    return outputs.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
  }
}

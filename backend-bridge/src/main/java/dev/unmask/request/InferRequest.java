package dev.unmask.request;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An inference request as every edge hands it over: HTTP {@code infer} and {@code generate}, gRPC,
 * Triton's Execute. Immutable.
 *
 * @param id the client's name for it; empty where it gave none
 * @param requestId its name in logs
 * @param parameters by name: String, Long, Boolean or Double; of an unsigned value beyond the
 *     signed range the bits
 * @param inputs by position, names not yet checked
 * @param requestedOutputs outputs to return; empty for all that the request asks for by its inputs
 * @param arrivalNanos {@link System#nanoTime} when the edge had received it
 */
public record InferRequest(
    String id,
    String requestId,
    Map<String, Object> parameters,
    List<Tensor> inputs,
    Set<String> requestedOutputs,
    long arrivalNanos) {
  /** Copies the collections. */
  public InferRequest {
    parameters = Map.copyOf(parameters);
    inputs = List.copyOf(inputs);
    requestedOutputs = Set.copyOf(requestedOutputs);
  }

  /** A request that logs name as the client does. */
  public InferRequest(
      String id,
      Map<String, Object> parameters,
      List<Tensor> inputs,
      Set<String> requestedOutputs,
      long arrivalNanos) {
    this(id, id, parameters, inputs, requestedOutputs, arrivalNanos);
  }

  /** This request under another name in logs, unless the client named it. */
  public InferRequest loggedAs(String edgesId) {
    return id.isEmpty()
        ? new InferRequest(id, edgesId, parameters, inputs, requestedOutputs, arrivalNanos)
        : this;
  }
}

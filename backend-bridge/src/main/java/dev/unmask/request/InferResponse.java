package dev.unmask.request;

import java.util.List;
import java.util.Map;

/**
 * One response to an {@link InferRequest}. Immutable. Edges add the model's name, its version, the
 * request's id and what their protocol says of the final response.
 *
 * @param parameters response parameters: String, Long, Boolean or Double
 * @param outputs in the order of the model's configuration
 */
public record InferResponse(Map<String, Object> parameters, List<Tensor> outputs) {}

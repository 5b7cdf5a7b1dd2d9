package dev.unmask.server.http;

import java.util.List;
import java.util.Map;

/**
 * The JSON of {@code infer}, elements of tensors left where they are.
 *
 * @param id empty for none
 * @param parameters without those that only the protocol understands
 * @param binaryOutput whether outputs are binary unless they say otherwise
 * @param inputs in order
 * @param outputs for each requested output whether it is binary, null for unsaid
 */
record InferDocument(
    String id,
    Map<String, Object> parameters,
    boolean binaryOutput,
    List<InferInput> inputs,
    Map<String, Boolean> outputs) {}

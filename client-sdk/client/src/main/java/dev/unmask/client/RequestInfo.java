package dev.unmask.client;

/**
 * What a request is.
 *
 * @param operation what it asks for: {@code generate}, {@code infer}, or the name of a control
 *     operation such as {@code model_metadata}
 * @param model the model it is for; empty where it is for the server
 * @param modelVersion the version of the model; may be empty
 * @param requestId the request's id; may be empty
 * @param streaming whether there may be any number of responses
 */
public record RequestInfo(
    String operation, String model, String modelVersion, String requestId, boolean streaming) {}

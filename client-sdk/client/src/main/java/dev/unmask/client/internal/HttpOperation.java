package dev.unmask.client.internal;

import java.util.Map;

/**
 * An operation as an HTTP exchange.
 *
 * @param method {@code GET} or {@code POST}
 * @param path with a leading slash
 * @param headers of the request, beside those of every request
 * @param body of the request; empty for none
 * @param reader reads the response of one attempt
 * @param <R> what the consumer gets
 */
public record HttpOperation<R>(
    String method, String path, Map<String, String> headers, byte[] body, HttpReader<R> reader) {}

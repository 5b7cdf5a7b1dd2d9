package dev.unmask.server.http;

import dev.unmask.server.ApiCategory;

/**
 * A route beside those of the KServe protocol. HEAD is answered by the handler of GET.
 *
 * @param method such as {@code POST}
 * @param path such as {@code /v1/models}, not decoded
 * @param prefix whether paths below {@code path} belong to it too; such a path starts with {@code
 *     path + "/"}
 * @param category what it is restricted by, null for nothing; inference routes are refused while
 *     the server shuts down
 * @param errors how errors are worded that the handler throws or that come before it
 * @param handler answers
 */
public record HttpRoute(
    String method,
    String path,
    boolean prefix,
    ApiCategory category,
    ErrorStyle errors,
    HttpHandler handler) {}

package dev.unmask.server.http;

import dev.unmask.server.ApiCategory;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is served under one kind of path.
 *
 * @param path matches whole paths, not decoded; its groups go to the handlers
 * @param category what it is restricted by, null for nothing
 * @param methods handlers by method
 */
record Endpoint(
    Pattern path, ApiCategory category, ErrorStyle errors, Map<String, PathHandler> methods) {}

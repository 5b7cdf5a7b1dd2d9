package dev.unmask.server.http;

import java.util.List;

/** Answers requests for one method of an {@link Endpoint}. Event loop thread: never blocks. */
interface PathHandler {
  /**
   * Answers, now or later. What it throws becomes an error response.
   *
   * @param groups what the path's groups matched, URL-decoded; empty for a group that took no part
   */
  void handle(HttpExchange exchange, List<String> groups);
}

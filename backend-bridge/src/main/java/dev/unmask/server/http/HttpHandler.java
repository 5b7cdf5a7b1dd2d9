package dev.unmask.server.http;

/**
 * Answers HTTP requests under one path or prefix. Called on an event loop thread, so that it never
 * blocks; on a thread of its own where the body is so large that reading it takes time.
 */
public interface HttpHandler {
  /** Answers, now or later, through the exchange. What it throws becomes an error response. */
  void handle(HttpExchange exchange);
}

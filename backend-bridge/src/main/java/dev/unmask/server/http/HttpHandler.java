package dev.unmask.server.http;

/** Answers HTTP requests under one path or prefix. Called on an event loop thread: never blocks. */
public interface HttpHandler {
  /** Answers, now or later, through the exchange. What it throws becomes an error response. */
  void handle(HttpExchange exchange);
}

package dev.unmask.server.http;

/** Where a listener's requests go. */
interface HttpDispatcher {
  /** Answers a request, now or later. Event loop thread; never throws. */
  void dispatch(HttpExchange exchange);

  /** How errors under a path are worded that are found before the request is complete. */
  ErrorStyle errorsOf(String path);
}

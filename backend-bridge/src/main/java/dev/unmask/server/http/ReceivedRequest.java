package dev.unmask.server.http;

import io.netty.handler.codec.http.HttpRequest;

/**
 * A request as it came off the wire.
 *
 * @param head method, URI, headers
 * @param body empty where there is none
 * @param arrivalNanos {@link System#nanoTime} when it was complete
 * @param fault why it cannot be served, and the connection not go on; null for a sound request
 */
record ReceivedRequest(HttpRequest head, byte[] body, long arrivalNanos, Fault fault) {
  /**
   * What is wrong with a request that was not received whole.
   *
   * @param status by HTTP's own definitions
   */
  record Fault(int status, String message) {}

  /** The path as sent, without query, scheme and host. */
  String path() {
    String uri = head.uri();
    int start = 0;
    if (!uri.startsWith("/")) {
      int host = uri.indexOf("://");
      start = host < 0 ? 0 : uri.indexOf('/', host + 3);
      if (start < 0) {
        return "/";
      }
    }
    int end = start;
    while (end < uri.length() && uri.charAt(end) != '?' && uri.charAt(end) != '#') {
      end++;
    }
    return uri.substring(start, end);
  }
}

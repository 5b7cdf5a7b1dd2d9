package dev.unmask.server.http;

import java.util.Map;

/**
 * One HTTP request with its whole body, and the way to answer it. The answering methods may be
 * called from any thread, by one at a time; after the client has gone they do nothing.
 */
public interface HttpExchange {
  /** Such as {@code POST}. */
  String method();

  /** Path without the query, not decoded. */
  String path();

  /** Value of a query parameter, decoded; null where there is none. */
  String query(String name);

  /** First value of a header; null where there is none. */
  String header(String name);

  /** The body, decompressed; valid as long as the exchange. */
  byte[] body();

  /** {@link System#nanoTime} when the whole request had been received. */
  long arrivalNanos();

  /** Identifier for logs: the client's {@code X-Request-ID}, or one made here. */
  String requestId();

  /** Answers with a complete body. */
  void respond(int status, String contentType, Map<String, String> headers, byte[] body);

  /** Begins a chunked response. */
  HttpStream stream(int status, String contentType, Map<String, String> headers);

  /**
   * Says what to do when the client goes away before the answer is complete. Runs at once where
   * that has happened already.
   */
  void onDisconnect(Runnable action);
}

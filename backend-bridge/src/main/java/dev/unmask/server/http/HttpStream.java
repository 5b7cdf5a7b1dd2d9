package dev.unmask.server.http;

/**
 * A chunked response body. Any thread, one at a time; never blocks: what the client does not read
 * is kept, which a generation's length bounds.
 */
public interface HttpStream {
  /** Sends a chunk at once. */
  void write(byte[] chunk);

  /** Ends the body. */
  void end();
}

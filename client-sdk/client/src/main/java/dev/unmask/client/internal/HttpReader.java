package dev.unmask.client.internal;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Reads an HTTP response: the head, then its body in pieces.
 *
 * @param <R> what the consumer gets
 */
public interface HttpReader<R> extends ResponseReader<ByteBuffer, R> {
  /**
   * The head has arrived.
   *
   * @param status its status
   * @param headers by names in lower case
   */
  void head(int status, Map<String, String> headers);
}

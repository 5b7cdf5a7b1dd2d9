package dev.unmask.client.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Reads a response that means something as a whole only.
 *
 * @param <R> what the consumer gets
 */
final class WholeBodyReader<R> implements HttpReader<R> {
  private final BiConsumer<HttpBody, Consumer<R>> parser;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(512);
  private int status;
  private Map<String, String> headers = Map.of();

  /**
   * Makes a reader.
   *
   * @param parser given the body where the status is a success
   */
  WholeBodyReader(BiConsumer<HttpBody, Consumer<R>> parser) {
    this.parser = parser;
  }

  @Override
  public void head(int status, Map<String, String> headers) {
    this.status = status;
    this.headers = headers;
  }

  @Override
  public void read(ByteBuffer piece, Consumer<R> sink) {
    byte[] bytes = new byte[piece.remaining()];
    piece.get(bytes);
    body.writeBytes(bytes);
  }

  @Override
  public void end(Consumer<R> sink) {
    if (!HttpStatus.isSuccess(status)) {
      throw HttpErrors.of(status, body.toByteArray());
    }
    parser.accept(new HttpBody(headers, body.toByteArray()), sink);
  }
}

package dev.unmask.client.internal;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads a response whose status is the answer.
 *
 * @param <R> what the consumer gets
 */
final class StatusReader<R> implements HttpReader<R> {
  private final Function<Integer, R> meaning;
  private final WholeBodyReader<R> body = new WholeBodyReader<>((whole, sink) -> {});
  private int status;

  /**
   * Makes a reader.
   *
   * @param meaning what a status means; null where it is an error
   */
  StatusReader(Function<Integer, R> meaning) {
    this.meaning = meaning;
  }

  @Override
  public void head(int status, Map<String, String> headers) {
    this.status = status;
    body.head(status, headers);
  }

  @Override
  public void read(ByteBuffer piece, Consumer<R> sink) {
    body.read(piece, sink);
  }

  @Override
  public void end(Consumer<R> sink) {
    R answer = meaning.apply(status);
    if (answer == null) {
      throw HttpErrors.of(status, new byte[0]);
    }
    sink.accept(answer);
  }
}

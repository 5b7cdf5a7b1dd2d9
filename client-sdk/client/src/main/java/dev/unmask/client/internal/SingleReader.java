package dev.unmask.client.internal;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads the one message of a unary call.
 *
 * @param <S> message
 * @param <R> what the consumer gets
 */
final class SingleReader<S, R> implements ResponseReader<S, R> {
  private final Function<S, R> parser;
  private boolean read;

  SingleReader(Function<S, R> parser) {
    this.parser = parser;
  }

  @Override
  public void read(S message, Consumer<R> sink) {
    read = true;
    sink.accept(parser.apply(message));
  }

  @Override
  public void end(Consumer<R> sink) {
    if (!read) {
      throw ReadException.protocol("the server gave no response");
    }
  }
}

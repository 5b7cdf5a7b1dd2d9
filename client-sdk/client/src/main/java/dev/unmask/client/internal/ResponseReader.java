package dev.unmask.client.internal;

import java.util.function.Consumer;

/**
 * Reads the messages of one attempt. Called by one thread at a time. What it throws ends the
 * attempt: a {@link ReadException} as it says, anything else as a fault of the protocol.
 *
 * @param <S> messages as they travel
 * @param <R> what the consumer gets
 */
public interface ResponseReader<S, R> {
  /** Reads a message; gives any number of responses to the sink. */
  void read(S message, Consumer<R> sink);

  /** No more messages come, and none was lost. Gives what is left, or throws where more was due. */
  void end(Consumer<R> sink);
}

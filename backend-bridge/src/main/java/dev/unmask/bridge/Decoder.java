package dev.unmask.bridge;

import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SubmitOptions;
import dev.unmask.scheduler.UnmaskException;

/** Decodes the requests of a model on threads of its own. Any thread. */
public interface Decoder extends AutoCloseable {
  /**
   * Hands a request over. Never waits for a step.
   *
   * @param options deadlines are on the clock of {@link System#nanoTime}
   * @param listener told on a decode thread, perhaps before this call returns; told of one end,
   *     unless this call throws
   * @throws UnmaskException UNAVAILABLE where too many wait already, or the decoder is closed,
   *     closing or unhealthy
   */
  DecodeHandle submit(GenerationRequest request, SubmitOptions options, DecodeListener listener);

  /** Whether every decode thread works, or has ended because it was closed. */
  boolean isHealthy();

  /**
   * Cancels what is in progress, ends the decode threads and waits for them; they close their
   * engines. Idempotent; not on a decode thread.
   */
  @Override
  void close();
}

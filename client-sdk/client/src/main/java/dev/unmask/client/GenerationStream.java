package dev.unmask.client;

import dev.unmask.client.internal.EventQueue;
import dev.unmask.client.internal.Failures;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The events of one generation, to be taken one by one. What is not taken is not piled up: the
 * server waits. To be used by one thread, but {@link #close} by any.
 *
 * <pre>{@code
 * try (GenerationStream stream = client.stream(request)) {
 *   while (stream.hasNext()) {
 *     if (stream.next() instanceof GenerationEvent.Delta delta) {
 *       System.out.print(delta.text());
 *     }
 *   }
 * }
 * }</pre>
 */
public final class GenerationStream implements Iterator<GenerationEvent>, AutoCloseable {
  private final EventQueue<GenerationEvent> queue;
  private final String requestId;
  private GenerationEvent next;
  private volatile boolean finished;
  private volatile boolean closed;

  GenerationStream(EventQueue<GenerationEvent> queue, String requestId) {
    this.queue = queue;
    this.requestId = requestId;
  }

  /**
   * Waits for the next event.
   *
   * @return false after the last, and after {@link #close}
   * @throws UnmaskClientException where the generation failed; told again at every call
   */
  @Override
  public boolean hasNext() {
    if (closed) {
      return false;
    }
    if (next == null) {
      try {
        next = queue.take();
      } catch (InterruptedException e) {
        queue.cancel();
        Thread.currentThread().interrupt();
        throw Failures.interrupted(e, requestId);
      }
    }
    return next != null;
  }

  /**
   * Waits for the next event and takes it.
   *
   * @return the event
   * @throws UnmaskClientException where the generation failed
   * @throws NoSuchElementException after the last
   */
  @Override
  public GenerationEvent next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the generation has ended");
    }
    GenerationEvent taken = next;
    next = null;
    finished = taken instanceof GenerationEvent.Finished;
    return taken;
  }

  /**
   * Takes all events that are left.
   *
   * @return the result
   * @throws UnmaskClientException where the generation failed
   * @throws NoSuchElementException where the result was taken before, or the stream was closed
   */
  public GenerateResult result() {
    while (true) {
      if (next() instanceof GenerationEvent.Finished finished) {
        return finished.result();
      }
    }
  }

  /** Gives the generation up unless it has ended; the server frees what it holds for it. */
  @Override
  public void close() {
    closed = true;
    if (!finished) {
      queue.cancel();
    }
  }
}

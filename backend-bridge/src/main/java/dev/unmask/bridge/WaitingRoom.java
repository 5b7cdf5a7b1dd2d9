package dev.unmask.bridge;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.concurrent.atomic.AtomicInteger;

/** The bound of a model's requests that wait for their first step. Any thread. */
final class WaitingRoom {
  private final String model;
  private final int places;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * @param model its name, for messages
   * @param places requests that may wait
   */
  WaitingRoom(String model, int places) {
    this.model = model;
    this.places = places;
  }

  /**
   * Takes a place.
   *
   * @throws UnmaskException UNAVAILABLE where none is free
   */
  void enter() {
    int before;
    do {
      before = waiting.get();
      if (before >= places) {
        throw new UnmaskException(
            ErrorCode.UNAVAILABLE,
            "model '" + model + "': Exceeds maximum queue size, maxWaiting=" + places);
      }
    } while (!waiting.compareAndSet(before, before + 1));
  }

  /** Gives a place back. */
  void leave() {
    waiting.decrementAndGet();
  }
}

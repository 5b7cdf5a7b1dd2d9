package dev.unmask.bridge.triton;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Lets as many requests in as may wait for their first step. Whoever brings another waits here, and
 * the requests behind it wait in Triton's own queue, where its policies and metrics see them. Any
 * thread.
 */
final class AdmissionGate {
  /** How often one that waits is asked whether it has been given up. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private int free;

  /**
   * @param places requests that may wait inside
   */
  AdmissionGate(int places) {
    free = places;
  }

  /**
   * Takes a place, and waits for one where there is none.
   *
   * @param givenUp asked every few milliseconds while it waits
   * @return false where it was given up, and has no place then
   */
  boolean enter(BooleanSupplier givenUp) {
    boolean interrupted = false;
    lock.lock();
    try {
      while (free == 0) {
        if (givenUp.getAsBoolean()) {
          return false;
        }
        try {
          room.awaitNanos(LOOK_NANOS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      free--;
      return true;
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Gives a place back. */
  void leave() {
    lock.lock();
    try {
      free++;
      room.signal();
    } finally {
      lock.unlock();
    }
  }
}

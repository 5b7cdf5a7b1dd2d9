package dev.unmask.request;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts calls in progress and lets no more begin once it is closed. Any thread. */
final class CallCounter {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition none = lock.newCondition();
  private boolean closed;
  private int count;

  /** Begins a call; false where none may begin any more. */
  boolean enter() {
    lock.lock();
    try {
      count += closed ? 0 : 1;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends a call. */
  void leave() {
    lock.lock();
    try {
      count--;
      if (count == 0) {
        none.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets no call begin from now on. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no call is in progress; false where the time did not suffice. */
  boolean await(Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = timeout.toNanos();
      while (count > 0 && left > 0) {
        left = none.awaitNanos(left);
      }
      return count == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no call is in progress, however long that takes. */
  void awaitUninterruptibly() {
    lock.lock();
    try {
      while (count > 0) {
        none.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}

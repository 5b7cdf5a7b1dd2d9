package dev.unmask.bridge;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What other threads ask of a decode thread. Many producers, one consumer. Submissions are refused
 * where as many as may wait already for their first step. Cancels, at most one per submission, and
 * the order to close always get through.
 *
 * <p>Everything is guarded by one lock, held for a few instructions. So a submission is either
 * refused or seen by the consumer, also while the queue closes, and a consumer that waits is woken
 * by whatever it waits for.
 */
final class CommandQueue {
  private final String model;
  private final WaitingRoom waiting;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition commands = lock.newCondition();
  private final Condition allEnded = lock.newCondition();
  private final ArrayDeque<Submission> submitted = new ArrayDeque<>();
  private final ArrayDeque<Submission> cancelled = new ArrayDeque<>();
  private String refusal;
  private boolean closed;
  private int live;

  /**
   * @param model its name, for messages
   * @param waiting for submissions until their first step; other queues may have it too
   */
  CommandQueue(String model, WaitingRoom waiting) {
    this.model = model;
    this.waiting = waiting;
  }

  /**
   * Adds a submission.
   *
   * @throws UnmaskException UNAVAILABLE where the queue is full or takes no submissions any more
   */
  void submit(Submission submission) {
    lock.lock();
    try {
      if (refusal != null) {
        throw unavailable();
      }
      waiting.enter();
      submitted.add(submission);
      live++;
      commands.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Asks for the end of a submission; once per submission. */
  void cancel(Submission submission) {
    lock.lock();
    try {
      cancelled.add(submission);
      commands.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no submissions from now on.
   *
   * @param reason what is wrong with the model, for the message; the first one given stays
   */
  void refuse(String reason) {
    lock.lock();
    try {
      refusal = refusal == null ? reason : refusal;
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #refuse}, and tells the consumer to stop. */
  void close(String reason) {
    lock.lock();
    try {
      refuse(reason);
      closed = true;
      commands.signal();
    } finally {
      lock.unlock();
    }
  }

  /** What a submission that comes too late fails with. */
  UnmaskException unavailable() {
    return new UnmaskException(ErrorCode.UNAVAILABLE, "model '" + model + "' " + refusal);
  }

  /**
   * Moves all commands. Consumer only.
   *
   * @param wait whether to wait for a command or the order to close where there is neither
   * @return false once the order to close was given
   */
  boolean take(Collection<Submission> submissions, Collection<Submission> cancels, boolean wait) {
    lock.lock();
    try {
      while (wait && !closed && submitted.isEmpty() && cancelled.isEmpty()) {
        commands.awaitUninterruptibly();
      }
      submissions.addAll(submitted);
      submitted.clear();
      cancels.addAll(cancelled);
      cancelled.clear();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** A submission no longer waits for its first step; once per submission. Consumer only. */
  void onWaited() {
    waiting.leave();
  }

  /** A submission has ended. Consumer only. */
  void onEnded() {
    lock.lock();
    try {
      live--;
      if (live == 0) {
        allEnded.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Submissions that have not ended. */
  int live() {
    lock.lock();
    try {
      return live;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until every submission has ended; false where the time did not suffice. */
  boolean awaitEnd(long timeoutNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = timeoutNanos;
      while (live > 0 && left > 0) {
        left = allEnded.awaitNanos(left);
      }
      return live == 0;
    } finally {
      lock.unlock();
    }
  }
}

package dev.unmask.client.internal;

import dev.unmask.client.UnmaskClientException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Responses that wait for a thread to take them. As many are asked for as there is room: what is
 * not taken stays with the server, which slows down.
 *
 * @param <R> response
 */
public final class EventQueue<R> implements ResponseConsumer<R> {
  private static final int ROOM = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** What the taking thread has to itself. */
  private Queue<R> taking = new ArrayDeque<>();

  /** Guarded by the lock, as all below. */
  private Queue<R> waiting = new ArrayDeque<>();

  private ClientCore core;
  private Exchange<R> exchange;
  private UnmaskClientException error;
  private boolean ended;
  private volatile boolean cancelled;

  /** Of the taking thread. */
  private int taken;

  EventQueue() {}

  void start(ClientCore owner, Operation<R> operation) {
    core = owner;
    exchange = new Exchange<>(core, operation, this);
    exchange.request(ROOM);
    exchange.start();
  }

  /**
   * Waits for the next response.
   *
   * @return null after the last
   * @throws UnmaskClientException where the request failed; told again at every call
   * @throws InterruptedException where the thread was interrupted; the request goes on
   */
  public R take() throws InterruptedException {
    if (taking.isEmpty()) {
      awaitMore();
    }
    R next = cancelled ? null : taking.poll();
    if (next != null && ++taken == ROOM / 2) {
      taken = 0;
      exchange.request(ROOM / 2);
    }
    return next;
  }

  /** Waits for responses and takes all that there are, or none where no more come. */
  private void awaitMore() throws InterruptedException {
    core.checkMayBlock();
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !ended && !cancelled) {
        changed.await();
      }
      if (waiting.isEmpty() && error != null && !cancelled) {
        throw Failures.again(error);
      }
      Queue<R> empty = taking;
      taking = waiting;
      waiting = empty;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the request up; nothing is taken any more. */
  public void cancel() {
    lock.lock();
    try {
      cancelled = true;
      waiting.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    exchange.cancel();
  }

  @Override
  public void onResponse(R response) {
    lock.lock();
    try {
      if (!ended && !cancelled) {
        waiting.add(response);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onEnd() {
    end(null);
  }

  @Override
  public void onError(UnmaskClientException failure) {
    end(failure);
  }

  private void end(UnmaskClientException failure) {
    lock.lock();
    try {
      error = failure;
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

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
  private final Queue<R> waiting = new ArrayDeque<>();
  private Exchange<R> exchange;
  private UnmaskClientException error;
  private int taken;
  private boolean ended;
  private boolean cancelled;

  EventQueue() {}

  void start(ClientCore core, Operation<R> operation) {
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
    R next;
    int more = 0;
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !ended && !cancelled) {
        changed.await();
      }
      if (cancelled) {
        return null;
      }
      next = waiting.poll();
      if (next == null) {
        if (error != null) {
          throw Failures.again(error);
        }
        return null;
      }
      if (++taken == ROOM / 2) {
        taken = 0;
        more = ROOM / 2;
      }
    } finally {
      lock.unlock();
    }
    if (more > 0) {
      exchange.request(more);
    }
    return next;
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

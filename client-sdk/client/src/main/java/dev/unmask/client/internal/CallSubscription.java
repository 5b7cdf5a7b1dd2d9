package dev.unmask.client.internal;

import dev.unmask.client.UnmaskClientException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Flow;

/**
 * Hands the responses of one request to one subscriber, as the Reactive Streams rules say: no more
 * than it asked for, one signal at a time. One response may wait for the subscriber to want it; the
 * server is asked for another when none does.
 *
 * @param <R> response
 */
final class CallSubscription<R> implements Flow.Subscription, ResponseConsumer<R> {
  private final ClientCore core;
  private final Operation<R> operation;
  private final Callbacks callbacks;

  /** Guards what follows. */
  private final Object lock = new Object();

  private final Queue<R> waiting = new ArrayDeque<>();
  private Flow.Subscriber<? super R> subscriber;
  private Exchange<R> exchange;
  private Throwable error;
  private long demand;

  /** Whether a response was asked for that has not come. */
  private boolean asked;

  private boolean ended;
  private boolean done;

  /** Whether a thread is telling the subscriber, and whether it has to look again. */
  private boolean draining;

  private boolean changed;

  CallSubscription(
      ClientCore core,
      Operation<R> operation,
      Flow.Subscriber<? super R> subscriber,
      Callbacks callbacks) {
    this.core = core;
    this.operation = operation;
    this.subscriber = Objects.requireNonNull(subscriber, "subscriber");
    this.callbacks = callbacks;
  }

  /** Subscribes, and sends the request. */
  void start() {
    Exchange<R> started = new Exchange<>(core, operation, this);
    Flow.Subscriber<? super R> told;
    synchronized (lock) {
      exchange = started;
      told = subscriber;
      // Nothing else is told before this returns.
      draining = true;
    }
    told.onSubscribe(this);
    try {
      synchronized (lock) {
        if (done) {
          return;
        }
        asked = true;
      }
      // Sent with the request; what comes is told when the subscriber wants it.
      started.request(1);
      started.start();
    } catch (RuntimeException | Error e) {
      end(e);
    } finally {
      synchronized (lock) {
        changed = true;
      }
      callbacks.run(this::tellWhileChanged);
    }
  }

  @Override
  public void request(long n) {
    synchronized (lock) {
      if (done) {
        return;
      }
      if (n <= 0) {
        ended = true;
        waiting.clear();
        error = new IllegalArgumentException("request(" + n + ") is not above 0 (rule 3.9)");
      } else {
        demand = Long.MAX_VALUE - demand < n ? Long.MAX_VALUE : demand + n;
      }
    }
    if (n <= 0) {
      exchange.cancel();
    }
    drain();
  }

  @Override
  public void cancel() {
    synchronized (lock) {
      if (done) {
        return;
      }
      done = true;
      waiting.clear();
      subscriber = null;
    }
    exchange.cancel();
  }

  @Override
  public void onResponse(R response) {
    synchronized (lock) {
      if (ended || done) {
        return;
      }
      asked = false;
      waiting.add(response);
    }
    drain();
  }

  @Override
  public void onEnd() {
    end(null);
  }

  @Override
  public void onError(UnmaskClientException failure) {
    end(failure);
  }

  private void end(Throwable failure) {
    synchronized (lock) {
      if (ended) {
        return;
      }
      ended = true;
      error = failure;
    }
    drain();
  }

  private void drain() {
    synchronized (lock) {
      changed = true;
      if (draining) {
        return;
      }
      draining = true;
    }
    callbacks.run(this::tellWhileChanged);
  }

  private void tellWhileChanged() {
    while (true) {
      synchronized (lock) {
        if (!changed) {
          draining = false;
          return;
        }
        changed = false;
      }
      while (tellNext()) {
        // Until nothing can be told.
      }
    }
  }

  /** Tells one signal; false where there is none to be told now. */
  private boolean tellNext() {
    Flow.Subscriber<? super R> told;
    R next = null;
    boolean last = false;
    boolean ask = false;
    synchronized (lock) {
      if (done) {
        return false;
      }
      told = subscriber;
      if (!waiting.isEmpty()) {
        if (demand == 0) {
          return false;
        }
        next = waiting.remove();
        demand -= demand == Long.MAX_VALUE ? 0 : 1;
      } else if (ended) {
        last = true;
        done = true;
        subscriber = null;
      } else if (!asked) {
        // One more than was asked for: the end of a stream may lie behind a message without
        // content, which else would never be read.
        asked = true;
        ask = true;
      } else {
        return false;
      }
    }
    if (ask) {
      exchange.request(1);
      return false;
    }
    if (!last) {
      try {
        told.onNext(next);
      } catch (RuntimeException | Error e) {
        ClientCore.LOG.log(System.Logger.Level.WARNING, "a subscriber failed; it is cancelled", e);
        cancel();
      }
      return true;
    }
    try {
      if (error == null) {
        told.onComplete();
      } else {
        told.onError(error);
      }
    } catch (RuntimeException | Error e) {
      ClientCore.LOG.log(System.Logger.Level.WARNING, "a subscriber failed at the end", e);
    }
    return false;
  }
}

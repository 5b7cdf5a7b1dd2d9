package dev.unmask.client.internal;

import dev.unmask.client.ClientInterceptor;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.RequestInfo;
import dev.unmask.client.RequestObserver;
import dev.unmask.client.RequestOutcome;
import dev.unmask.client.UnmaskClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One request from its start to its end: its attempts, its timeouts, and those who watch it.
 *
 * <p>There is one attempt at a time, and with hedging more. The first one that gives a response has
 * won: the others are given up, and from then on nothing is retried, so that no part of an answer
 * comes twice. An attempt that fails before that is followed by another where the failure says that
 * the server did not take the request, there are attempts left, and the client's budget allows it.
 *
 * <p>Thread-safe. State is guarded by {@link #lock}; transports, observers and the consumer are
 * called outside of it.
 *
 * @param <R> what the consumer gets
 */
final class Exchange<R> {
  private final ClientCore core;
  private final Operation<R> operation;
  private final ResponseConsumer<R> consumer;
  private final RequestInfo info;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final List<RequestObserver> observers = new ArrayList<>();
  private final long startNanos = System.nanoTime();
  private final long timeoutNanos;
  private final long idleNanos;

  private final Object lock = new Object();
  private final List<Attempt> live = new ArrayList<>();
  private final Set<Endpoint> tried = new HashSet<>();
  private Attempt winner;
  private String lastEndpoint = "";
  private int attempts;
  private long demand;
  private long responses;
  private long lastNanos = startNanos;
  private R last;
  private boolean hedged;

  /** Whether interceptors are being asked, and how the request ended meanwhile. */
  private boolean starting;

  private RequestOutcome early;
  private boolean done;

  Exchange(ClientCore core, Operation<R> operation, ResponseConsumer<R> consumer) {
    this.core = core;
    this.operation = operation;
    this.consumer = consumer;
    this.info = operation.info();
    this.timeoutNanos = Durations.limitNanos(operation.timeout().orElse(core.requestTimeout()));
    // Who answers once may well be silent until then.
    this.idleNanos = info.streaming() ? core.idleNanos() : Long.MAX_VALUE;
  }

  /**
   * Sends the request.
   *
   * @throws RuntimeException what an interceptor threw; nothing was sent then
   */
  void start() {
    synchronized (lock) {
      if (done) {
        return;
      }
      starting = true;
    }
    try {
      for (ClientInterceptor interceptor : core.interceptors()) {
        observers.add(interceptor.onStart(info, this::addHeader));
      }
    } catch (RuntimeException | Error e) {
      fail(new Failure(ErrorCode.CANCELLED, "an interceptor failed: " + e, false, e), false);
      started();
      throw e;
    }
    if (started()) {
      return;
    }
    core.budget().earn();
    if (!core.register(this)) {
      fail(Failure.answered(ErrorCode.CANCELLED, "client is closed"), false);
      return;
    }
    attempt();
    synchronized (lock) {
      if (!done) {
        return;
      }
    }
    // It may have ended before it was registered.
    core.unregister(this);
  }

  private void addHeader(String name, String value) {
    headers.put(Names.header(name), Names.value(name, value));
  }

  /** All observers are there; tells them the end where it has come already, and whether it has. */
  private boolean started() {
    RequestOutcome outcome;
    synchronized (lock) {
      starting = false;
      outcome = early;
    }
    if (outcome != null) {
      tell(observer -> observer.onEnd(outcome));
    }
    return outcome != null;
  }

  private void attempt() {
    Attempt attempt;
    int number;
    synchronized (lock) {
      if (done || winner != null) {
        return;
      }
      Endpoint chosen = core.endpoints().choose(tried);
      tried.add(chosen);
      lastEndpoint = chosen.name();
      number = ++attempts;
      lastNanos = System.nanoTime();
      attempt = new Attempt(chosen);
      live.add(attempt);
      chosen.begin();
    }
    tell(observer -> observer.onAttempt(attempt.endpoint.name(), number));
    attempt.start();
  }

  /** Lets that many more responses through. */
  void request(long more) {
    List<Attempt> current;
    synchronized (lock) {
      demand = Long.MAX_VALUE - demand < more ? Long.MAX_VALUE : demand + more;
      lastNanos = System.nanoTime();
      current = List.copyOf(live);
    }
    current.forEach(Attempt::passDemand);
  }

  /** Gives the request up; the consumer is told nothing. */
  void cancel() {
    end(error(Failure.answered(ErrorCode.CANCELLED, "given up by the caller"), false), false);
  }

  /** The client is closed: the request ends, and the consumer is told. */
  void abort() {
    fail(Failure.answered(ErrorCode.CANCELLED, "client was closed"), false);
  }

  /**
   * How long until something has to be done about the time.
   *
   * @param now {@link System#nanoTime}
   * @return {@link Long#MAX_VALUE} for never
   */
  long nanosUntilDue(long now) {
    synchronized (lock) {
      if (done) {
        return Long.MAX_VALUE;
      }
      return Math.min(Math.min(deadlineIn(now), idleIn(now)), hedgeIn(now));
    }
  }

  private long deadlineIn(long now) {
    return left(startNanos, timeoutNanos, now);
  }

  private long hedgeIn(long now) {
    return winner == null && !hedged ? left(startNanos, core.hedgeNanos(), now) : Long.MAX_VALUE;
  }

  /** A server that is waited for must give a sign of life now and then. */
  private long idleIn(long now) {
    // The end, which nobody has to ask for, may come with one response more than was asked for.
    return demand == responses ? Long.MAX_VALUE : left(lastNanos, idleNanos, now);
  }

  private static long left(long since, long limit, long now) {
    return limit == Long.MAX_VALUE ? Long.MAX_VALUE : limit - (now - since);
  }

  /** Does what is due. */
  void checkTime() {
    boolean late;
    boolean idle;
    boolean hedge;
    synchronized (lock) {
      long now = System.nanoTime();
      late = !done && deadlineIn(now) <= 0;
      idle = !done && idleIn(now) <= 0;
      hedge = !done && hedgeIn(now) <= 0;
      hedged |= hedge;
    }
    if (late) {
      String message = "not done within timeout=" + Duration.ofNanos(timeoutNanos);
      failLate(message);
    } else if (idle) {
      String message = "no response within idleTimeout=" + core.idleTimeout();
      failLate(message);
    } else if (hedge) {
      attempt();
    }
  }

  /** Who was silent until now is asked whether it is well before it gets another request. */
  private void failLate(String message) {
    List<Attempt> silent;
    synchronized (lock) {
      silent = winner == null ? List.copyOf(live) : List.of();
    }
    silent.forEach(attempt -> core.endpoints().unreachable(attempt.endpoint));
    fail(Failure.answered(ErrorCode.DEADLINE_EXCEEDED, message), false);
  }

  private void fail(Failure failure, boolean retrySafe) {
    end(error(failure, retrySafe), true);
  }

  private UnmaskClientException error(Failure failure, boolean retrySafe) {
    String at;
    synchronized (lock) {
      at = lastEndpoint;
    }
    return UnmaskClientException.of(
        failure.code(), failure.message(), at, info.requestId(), retrySafe, failure.cause());
  }

  /**
   * Ends the request, once.
   *
   * @param error null where it ended well
   * @param told whether the consumer is told
   */
  private void end(UnmaskClientException error, boolean told) {
    List<Attempt> left;
    RequestOutcome outcome;
    boolean late;
    synchronized (lock) {
      if (done) {
        return;
      }
      done = true;
      left = List.copyOf(live);
      outcome =
          new RequestOutcome(
              Optional.ofNullable(error),
              result(error == null ? last : null),
              lastEndpoint,
              attempts,
              responses,
              Duration.ofNanos(System.nanoTime() - startNanos));
      early = starting ? outcome : null;
      late = starting;
    }
    left.forEach(Attempt::giveUp);
    core.unregister(this);
    if (!late) {
      tell(observer -> observer.onEnd(outcome));
    }
    if (told && error == null) {
      consumer.onEnd();
    } else if (told) {
      consumer.onError(error);
    }
  }

  private static Optional<GenerateResult> result(Object last) {
    return last instanceof GenerationEvent.Finished finished
        ? Optional.of(finished.result())
        : Optional.empty();
  }

  private void tell(Consumer<RequestObserver> what) {
    for (RequestObserver observer : observers) {
      try {
        what.accept(observer);
      } catch (RuntimeException | Error e) {
        ClientCore.LOG.log(System.Logger.Level.WARNING, "a request observer failed", e);
      }
    }
  }

  /** The request, sent to one endpoint. */
  private final class Attempt implements Transport.Inbound<R> {
    private final Endpoint endpoint;

    /** Guarded by the lock of the exchange, as all below. */
    private Transport.TransportCall call;

    private long passed;
    private boolean ended;

    Attempt(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    void start() {
      Transport.TransportCall opened;
      try {
        long left =
            timeoutNanos == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : Math.max(1, startNanos + timeoutNanos - System.nanoTime());
        opened =
            endpoint.transport().open(operation, core.headers().forAttempt(headers), left, this);
        int first;
        synchronized (lock) {
          first = (int) Math.min(Integer.MAX_VALUE, demand);
          passed = first;
        }
        opened.start(first);
      } catch (RuntimeException | Error e) {
        onFailure(Failure.unsendable(e));
        return;
      }
      boolean late;
      synchronized (lock) {
        call = opened;
        late = done || ended;
      }
      if (late) {
        opened.cancel();
      } else {
        passDemand();
      }
    }

    void passDemand() {
      Transport.TransportCall current;
      long more;
      synchronized (lock) {
        current = call;
        more = current == null || ended ? 0 : demand - passed;
        passed += more;
      }
      if (more > 0) {
        current.request((int) Math.min(Integer.MAX_VALUE, more));
      }
    }

    /** Takes the attempt for ended; false where it was already. */
    private boolean leave() {
      synchronized (lock) {
        if (ended) {
          return false;
        }
        ended = true;
        live.remove(this);
      }
      endpoint.end();
      return true;
    }

    void giveUp() {
      Transport.TransportCall current;
      synchronized (lock) {
        current = call;
      }
      if (leave() && current != null) {
        current.cancel();
      }
    }

    @Override
    public void onResponse(R response) {
      List<Attempt> losers = List.of();
      boolean first;
      synchronized (lock) {
        if (done || ended || (winner != null && winner != this)) {
          return;
        }
        first = winner == null;
        if (first) {
          winner = this;
          lastEndpoint = endpoint.name();
          losers = live.stream().filter(other -> other != this).toList();
        }
        responses++;
        last = response;
        lastNanos = System.nanoTime();
      }
      losers.forEach(Attempt::giveUp);
      if (first) {
        core.endpoints().answered(endpoint);
        tell(RequestObserver::onFirstResponse);
      }
      consumer.onResponse(response);
    }

    @Override
    public void onActivity() {
      synchronized (lock) {
        lastNanos = System.nanoTime();
      }
    }

    @Override
    public void onEnd() {
      if (!leave()) {
        return;
      }
      synchronized (lock) {
        if (winner != null && winner != this) {
          return;
        }
      }
      core.endpoints().answered(endpoint);
      end(null, true);
    }

    @Override
    public void onFailure(Failure failure) {
      if (!leave()) {
        return;
      }
      if (failure.connection()) {
        core.endpoints().unreachable(endpoint);
      } else {
        core.endpoints().answered(endpoint);
      }
      int next;
      boolean untouched;
      synchronized (lock) {
        if (done || !live.isEmpty()) {
          return;
        }
        untouched = winner == null;
        next = attempts + 1;
      }
      boolean safe =
          untouched
              && failure.code() == ErrorCode.UNAVAILABLE
              && (operation.isRepeatable() || !failure.mayHaveBegun());
      if (safe && next <= core.budget().maxAttempts() && core.budget().spend()) {
        core.timers().later(core.budget().backoffNanos(next), Exchange.this::attempt);
      } else {
        fail(failure, safe);
      }
    }
  }
}

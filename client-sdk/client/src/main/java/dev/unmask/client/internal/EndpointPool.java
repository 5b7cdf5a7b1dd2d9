package dev.unmask.client.internal;

import dev.unmask.client.Balancing;
import dev.unmask.client.ErrorCode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Chooses an endpoint for each attempt. One that could not be reached is passed over until it says
 * that it is ready; it is asked after waits that double, up to half a minute. Where none is thought
 * to be well, all are tried. Thread-safe.
 */
final class EndpointPool {
  private static final long FIRST_PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LAST_PROBE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PROBE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final List<Endpoint> endpoints;
  private final Balancing balancing;
  private final Timers timers;
  private final Headers headers;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * Makes a pool.
   *
   * @param healthCheckInterval how often every endpoint is asked; zero for never
   */
  EndpointPool(
      List<Endpoint> endpoints,
      Balancing balancing,
      Duration healthCheckInterval,
      Timers timers,
      Headers headers) {
    this.endpoints = List.copyOf(endpoints);
    this.balancing = balancing;
    this.timers = timers;
    this.headers = headers;
    if (!healthCheckInterval.isZero()) {
      timers.repeat(healthCheckInterval, this::checkAll);
    }
  }

  List<Endpoint> all() {
    return endpoints;
  }

  /**
   * The endpoint for the next attempt.
   *
   * @param tried endpoints that the request was sent to before, to be avoided where others are
   */
  Endpoint choose(Collection<Endpoint> tried) {
    if (endpoints.size() == 1) {
      return endpoints.get(0);
    }
    Endpoint best = choose(e -> !e.isDown() && !tried.contains(e));
    if (best == null) {
      best = choose(e -> !e.isDown());
    }
    if (best == null) {
      best = choose(e -> !tried.contains(e));
    }
    return best == null ? choose(e -> true) : best;
  }

  private Endpoint choose(Predicate<Endpoint> wanted) {
    List<Endpoint> candidates = endpoints.stream().filter(wanted).toList();
    if (candidates.isEmpty()) {
      return null;
    }
    int start = Math.floorMod(next.getAndIncrement(), candidates.size());
    Endpoint best = candidates.get(start);
    for (int i = 1; i < candidates.size() && balancing == Balancing.LEAST_OUTSTANDING; i++) {
      Endpoint endpoint = candidates.get((start + i) % candidates.size());
      if (endpoint.outstanding() < best.outstanding()) {
        best = endpoint;
      }
    }
    return best;
  }

  /** An endpoint answered, whatever it said. */
  void answered(Endpoint endpoint) {
    if (endpoint.isDown()) {
      endpoint.setDown(false);
    }
  }

  /** An endpoint could not be reached. */
  void unreachable(Endpoint endpoint) {
    synchronized (endpoint) {
      if (endpoint.isDown()) {
        return;
      }
      endpoint.setDown(true);
    }
    if (endpoints.size() > 1) {
      probeLater(endpoint, FIRST_PROBE_NANOS);
    }
  }

  private void probeLater(Endpoint endpoint, long waitNanos) {
    long jittered = ThreadLocalRandom.current().nextLong(waitNanos / 2, waitNanos);
    timers.later(jittered, () -> probe(endpoint, waitNanos));
  }

  private void probe(Endpoint endpoint, long waitNanos) {
    if (!endpoint.isDown()) {
      return;
    }
    endpoint.transport().retryConnection();
    ask(
        endpoint,
        ready -> {
          if (ready) {
            endpoint.setDown(false);
          } else {
            probeLater(endpoint, Math.min(LAST_PROBE_NANOS, 2 * waitNanos));
          }
        });
  }

  private void checkAll() {
    for (Endpoint endpoint : endpoints) {
      if (!endpoint.isDown()) {
        ask(
            endpoint,
            ready -> {
              if (!ready) {
                unreachable(endpoint);
              }
            });
      }
    }
  }

  /** What is told whether an endpoint is ready. */
  private interface Answer {
    void ready(boolean ready);
  }

  private void ask(Endpoint endpoint, Answer answer) {
    Probe probe = new Probe(answer);
    try {
      Map<String, String> sent = headers.forAttempt(Map.of());
      Transport.TransportCall call =
          endpoint
              .transport()
              .open(ControlOperations.serverReady(), sent, PROBE_TIMEOUT_NANOS, probe);
      call.start(1);
      timers.later(
          PROBE_TIMEOUT_NANOS,
          () -> {
            call.cancel();
            probe.end(false);
          });
    } catch (RuntimeException | Error e) {
      // What the request needs is missing, such as a token; the endpoint may be well.
      ClientCore.LOG.log(System.Logger.Level.DEBUG, "an endpoint cannot be asked", e);
      probe.end(true);
    }
  }

  private static final class Probe implements Transport.Inbound<Boolean> {
    private final Answer answer;
    private boolean ready;
    private boolean ended;

    Probe(Answer answer) {
      this.answer = answer;
    }

    @Override
    public synchronized void onResponse(Boolean response) {
      ready = response;
    }

    @Override
    public void onEnd() {
      boolean said;
      synchronized (this) {
        said = ready;
      }
      end(said);
    }

    @Override
    public void onActivity() {}

    /** Who says that it does not tell can be reached. */
    @Override
    public void onFailure(Failure failure) {
      end(failure.code() != ErrorCode.UNAVAILABLE && failure.code() != ErrorCode.DEADLINE_EXCEEDED);
    }

    void end(boolean result) {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
      }
      answer.ready(result);
    }
  }
}

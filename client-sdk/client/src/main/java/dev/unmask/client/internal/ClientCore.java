package dev.unmask.client.internal;

import dev.unmask.client.Balancing;
import dev.unmask.client.ClientInterceptor;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a client has: its threads, endpoints and settings, and the requests in progress.
 * Thread-safe.
 */
public final class ClientCore implements AutoCloseable {
  static final System.Logger LOG = System.getLogger("dev.unmask.client");

  private final Settings settings;
  private final IoThreads threads;
  private final Timers timers;
  private final RetryBudget budget;
  private final EndpointPool endpoints;
  private final InProgress inProgress;
  private final Callbacks callbacks;
  private final long idleNanos;
  private final long hedgeNanos;
  private volatile boolean closed;

  /**
   * Settings of a client. A duration of zero means none.
   *
   * @param addresses endpoints, all of one protocol
   * @param balancing how one is chosen
   * @param transport of all endpoints
   * @param requestTimeout of requests that have none of their own
   * @param idleTimeout longest wait for a sign of life
   * @param healthCheckInterval how often endpoints are asked whether they are ready
   * @param hedgeDelay after which a request without a response is sent once more
   * @param retry when a request is sent again
   * @param headers of every request
   * @param interceptors in order
   * @param ioThreads threads that read and write
   * @param callbacks where futures complete and subscribers are told
   */
  public record Settings(
      List<EndpointAddress> addresses,
      Balancing balancing,
      TransportOptions transport,
      Duration requestTimeout,
      Duration idleTimeout,
      Duration healthCheckInterval,
      Duration hedgeDelay,
      RetryPolicy retry,
      Headers headers,
      List<ClientInterceptor> interceptors,
      int ioThreads,
      Executor callbacks) {}

  /** A thread that callers must not block. */
  private static final class ClientThread extends Thread {
    private final ClientCore core;

    ClientThread(ClientCore core, Runnable work, String name) {
      super(work, name);
      this.core = core;
      setDaemon(true);
    }
  }

  /**
   * Starts a client; nothing is connected yet.
   *
   * @throws IllegalArgumentException for settings that cannot be
   */
  public ClientCore(Settings settings) {
    this.settings = settings;
    this.callbacks = new Callbacks(settings.callbacks());
    this.idleNanos = Durations.limitNanos(settings.idleTimeout());
    this.hedgeNanos = Durations.limitNanos(settings.hedgeDelay());
    this.budget = new RetryBudget(settings.retry());
    this.threads = new IoThreads(settings.ioThreads(), factory("unmask-client-io-"));
    this.timers = new Timers(factory("unmask-client-timer-"));
    this.inProgress = new InProgress(timers);
    List<Endpoint> made = new ArrayList<>();
    try {
      for (EndpointAddress address : settings.addresses()) {
        made.add(
            new Endpoint(
                address.grpc()
                    ? new GrpcTransport(address, settings.transport(), threads)
                    : new HttpTransport(address, settings.transport(), threads)));
      }
    } catch (RuntimeException e) {
      made.forEach(endpoint -> endpoint.transport().close());
      stopThreads();
      throw e;
    }
    this.endpoints =
        new EndpointPool(
            made, settings.balancing(), settings.healthCheckInterval(), timers, settings.headers());
  }

  private ThreadFactory factory(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return work -> new ClientThread(this, work, prefix + count.incrementAndGet());
  }

  /** Starts an operation whose first response completes a future. */
  public <R> CallFuture<R> first(Operation<R> operation) {
    return first(operation, callbacks);
  }

  private <R> CallFuture<R> first(Operation<R> operation, Callbacks told) {
    CallFuture<R> future = new CallFuture<>(told);
    future.start(this, operation, new FirstResponse<>(future, operation.info()));
    return future;
  }

  /** Starts a generation whose end completes a future. */
  public CallFuture<GenerateResult> generate(GenerateRequest request) {
    return generate(request, callbacks);
  }

  private CallFuture<GenerateResult> generate(GenerateRequest request, Callbacks told) {
    CallFuture<GenerateResult> future = new CallFuture<>(told);
    future.start(this, new GenerateOperation(request, false), new FinalResult(future));
    return future;
  }

  /**
   * Generates and waits for the answer. The thread that waits is told directly: the one that would
   * tell it may be the one that waits.
   */
  public GenerateResult await(GenerateRequest request) {
    checkMayBlock();
    return Failures.await(generate(request, Callbacks.DIRECT), request.requestId());
  }

  /** Waits for the one response of an operation. */
  public <R> R await(Operation<R> operation) {
    checkMayBlock();
    return Failures.await(first(operation, Callbacks.DIRECT), operation.info().requestId());
  }

  /** Starts a generation whose events wait in a queue. */
  public EventQueue<GenerationEvent> queue(GenerateRequest request) {
    EventQueue<GenerationEvent> queue = new EventQueue<>();
    queue.start(this, new GenerateOperation(request, true));
    return queue;
  }

  /** A publisher that starts an operation for every subscriber. */
  public <R> Flow.Publisher<R> publisher(Operation<R> operation) {
    return subscriber -> new CallSubscription<>(this, operation, subscriber, callbacks).start();
  }

  /** Refuses to block a thread that would have to bring what is waited for. */
  public void checkMayBlock() {
    if (Thread.currentThread() instanceof ClientThread own && own.core == this) {
      throw new IllegalStateException(
          "a callback of the client must not wait for the client: use its asynchronous methods or"
              + " a callbackExecutor");
    }
  }

  EndpointPool endpoints() {
    return endpoints;
  }

  Timers timers() {
    return timers;
  }

  RetryBudget budget() {
    return budget;
  }

  Headers headers() {
    return settings.headers();
  }

  List<ClientInterceptor> interceptors() {
    return settings.interceptors();
  }

  Duration requestTimeout() {
    return settings.requestTimeout();
  }

  Duration idleTimeout() {
    return settings.idleTimeout();
  }

  /** The idle timeout; {@link Long#MAX_VALUE} for none. */
  long idleNanos() {
    return idleNanos;
  }

  /** When a request is sent a second time; {@link Long#MAX_VALUE} for never. */
  long hedgeNanos() {
    return hedgeNanos;
  }

  /** A request begins; false where the client is closed. */
  boolean register(Exchange<?> exchange) {
    inProgress.add(exchange);
    if (closed) {
      inProgress.remove(exchange);
      return false;
    }
    return true;
  }

  /** A request has ended. */
  void unregister(Exchange<?> exchange) {
    inProgress.remove(exchange);
  }

  /** Ends what is in progress and gives back connections and threads. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    for (Exchange<?> exchange : inProgress.all()) {
      try {
        exchange.abort();
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.WARNING, "a request could not be told that it ends", e);
      }
    }
    timers.close();
    if (Thread.currentThread() instanceof ClientThread own && own.core == this) {
      // Waiting here would be waiting for this thread.
      Thread closer = new Thread(this::closeTransports, "unmask-client-close");
      closer.setDaemon(true);
      closer.start();
    } else {
      closeTransports();
    }
  }

  private void closeTransports() {
    endpoints.all().forEach(endpoint -> endpoint.transport().close());
    stopThreads();
  }

  private void stopThreads() {
    timers.close();
    threads.close();
  }
}

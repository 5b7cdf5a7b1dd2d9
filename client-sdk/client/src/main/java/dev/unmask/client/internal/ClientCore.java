package dev.unmask.client.internal;

import dev.unmask.client.Balancing;
import dev.unmask.client.ClientInterceptor;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.RetryPolicy;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a client has: its threads, endpoints and settings, and the requests in progress.
 * Thread-safe.
 */
public final class ClientCore implements AutoCloseable {
  static final System.Logger LOG = System.getLogger("dev.unmask.client");

  private static final long CLOSE_SECONDS = 10;

  private final Settings settings;
  private final EventLoopGroup threads;
  private final Timers timers;
  private final RetryBudget budget;
  private final EndpointPool endpoints;
  private final Set<Exchange<?>> inProgress = ConcurrentHashMap.newKeySet();
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
    this.budget = new RetryBudget(settings.retry());
    this.threads =
        new MultiThreadIoEventLoopGroup(
            settings.ioThreads(), factory("unmask-client-io-"), NioIoHandler.newFactory());
    this.timers = new Timers(factory("unmask-client-timer-"));
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
    CallFuture<R> future = new CallFuture<>(settings.callbacks());
    future.start(this, operation, new FirstResponse<>(future));
    return future;
  }

  /** Starts a generation whose end completes a future. */
  public CallFuture<GenerateResult> generate(GenerateRequest request) {
    CallFuture<GenerateResult> future = new CallFuture<>(settings.callbacks());
    future.start(this, new GenerateOperation(request, false), new FinalResult(future));
    return future;
  }

  /** Starts a generation whose events wait in a queue. */
  public EventQueue<GenerationEvent> queue(GenerateRequest request) {
    checkMayBlock();
    EventQueue<GenerationEvent> queue = new EventQueue<>();
    queue.start(this, new GenerateOperation(request, true));
    return queue;
  }

  /** A publisher that starts an operation for every subscriber. */
  public <R> Flow.Publisher<R> publisher(Operation<R> operation) {
    return subscriber ->
        new CallSubscription<>(this, operation, subscriber, settings.callbacks()).start();
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

  Duration hedgeDelay() {
    return settings.hedgeDelay();
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
    List.copyOf(inProgress).forEach(Exchange::abort);
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
    threads
        .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}

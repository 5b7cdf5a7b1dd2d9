package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NegotiationType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;

/**
 * One channel of gRPC. Calls are told on the channel's event loop, with nothing in between: there
 * is no executor to wait for, and whoever is told must not block. They are sent by it too: gRPC
 * would wake it for the headers, the message and the demand each, where this wakes it once.
 */
final class GrpcTransport implements Transport {
  private static final long CLOSE_SECONDS = 10;

  /** Pings on connections with calls; Triton closes connections that ping more than every five. */
  private static final long KEEPALIVE_MINUTES = 6;

  /** Makes Triton end a stream with an error's status, instead of its text in a message. */
  private static final Metadata.Key<String> STREAM_ERRORS = key("triton_grpc_error");

  private final String endpoint;
  private final ManagedChannel channel;
  private final EventLoop loop;

  /** Whether a call failed since, because there was no connection. */
  private final AtomicBoolean refused = new AtomicBoolean();

  /** How often the channel was told to be idle, and up to which time it was seen to be. */
  private final AtomicInteger idleAsked = new AtomicInteger();

  private volatile int idleSeen;

  GrpcTransport(EndpointAddress address, TransportOptions options, IoThreads threads) {
    endpoint = address.toString();
    loop = threads.group().next();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address.host(), address.port())
            .eventLoopGroup(loop)
            .channelType(threads.channelType())
            .directExecutor()
            .disableRetry()
            .userAgent(options.userAgent())
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.connectMillis())
            .keepAliveTime(KEEPALIVE_MINUTES, TimeUnit.MINUTES)
            .maxInboundMessageSize(options.maxResponseBytes());
    if (address.secure()) {
      try {
        builder.sslContext(GrpcSslContexts.configure(TlsContexts.client(options.tls())).build());
      } catch (SSLException e) {
        throw new IllegalArgumentException("tls: " + e.getMessage(), e);
      }
      options.tls().serverName().ifPresent(name -> builder.overrideAuthority(name));
    } else {
      builder.negotiationType(NegotiationType.PLAINTEXT);
    }
    channel = builder.build();
  }

  static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public String endpoint() {
    return endpoint;
  }

  @Override
  public <R> TransportCall open(
      Operation<R> operation, Map<String, String> headers, long timeoutNanos, Inbound<R> inbound) {
    return open(operation.grpc(), headers, timeoutNanos, inbound);
  }

  private <Q, S, R> TransportCall open(
      GrpcOperation<Q, S, R> operation,
      Map<String, String> headers,
      long timeoutNanos,
      Inbound<R> inbound) {
    Metadata metadata = new Metadata();
    headers.forEach((name, value) -> metadata.put(key(name), value));
    metadata.put(STREAM_ERRORS, "true");
    CallOptions options =
        timeoutNanos == Long.MAX_VALUE
            ? CallOptions.DEFAULT
            : CallOptions.DEFAULT.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS);
    // Not of the call that the caller may be serving: this one has a life of its own.
    Context caller = Context.ROOT.attach();
    try {
      return new Call<>(channel.newCall(operation.method(), options), operation, metadata, inbound);
    } finally {
      Context.ROOT.detach(caller);
    }
  }

  /**
   * A channel that failed to connect refuses calls until it has connected, which it tries ever more
   * seldom. From idle it begins anew, and calls wait for what comes of it. Once for every failure:
   * requests that come while it connects must not make it begin again and again.
   */
  @Override
  public void retryConnection() {
    if (refused.compareAndSet(true, false)) {
      int unused = idleAsked.incrementAndGet();
      channel.enterIdle();
    }
  }

  /**
   * Runs something when the channel is idle, if it was told to be. It does so in its own time, in
   * which it may still be telling of the failure; what it is told later it does later.
   */
  private void whenIdle(Runnable action) {
    int asked = idleAsked.get();
    if (asked != idleSeen) {
      // At once where the channel is not shut down; then nobody waits for a call any more.
      channel.notifyWhenStateChanged(
          ConnectivityState.SHUTDOWN,
          () -> {
            idleSeen = asked;
            action.run();
          });
    } else {
      action.run();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One call. The listener's methods are called one at a time. */
  private final class Call<Q, S, R> extends ClientCall.Listener<S> implements TransportCall {
    private final ClientCall<Q, S> call;
    private final GrpcOperation<Q, S, R> operation;
    private final Metadata headers;
    private final Inbound<R> inbound;
    private boolean ended;

    /** Whether it was sent; of the event loop, as what was asked of it before that. */
    private boolean started;

    private boolean cancelled;
    private int wanted;

    /** Whether the message being read gave anything. */
    private boolean gave;

    Call(
        ClientCall<Q, S> call,
        GrpcOperation<Q, S, R> operation,
        Metadata headers,
        Inbound<R> inbound) {
      this.call = call;
      this.operation = operation;
      this.headers = headers;
      this.inbound = inbound;
    }

    @Override
    public void start(int messages) {
      whenIdle(() -> loop.execute(() -> send(messages)));
    }

    private void send(int messages) {
      if (cancelled) {
        return;
      }
      started = true;
      Context caller = Context.ROOT.attach();
      try {
        call.start(this, headers);
        call.request(sum(messages, wanted));
        call.sendMessage(operation.request());
        call.halfClose();
      } catch (RuntimeException | Error e) {
        call.cancel("request cannot be sent", e);
        if (!ended) {
          fail(Failure.unsendable(e));
        }
      } finally {
        Context.ROOT.detach(caller);
      }
    }

    private static int sum(int a, int b) {
      return (int) Math.min(Integer.MAX_VALUE, (long) a + b);
    }

    private void onLoop(Runnable action) {
      if (loop.inEventLoop()) {
        action.run();
      } else {
        loop.execute(action);
      }
    }

    @Override
    public void request(int messages) {
      onLoop(
          () -> {
            if (started) {
              call.request(messages);
            } else {
              wanted = sum(wanted, messages);
            }
          });
    }

    @Override
    public void cancel() {
      onLoop(
          () -> {
            cancelled = true;
            if (started) {
              call.cancel("given up", null);
            }
          });
    }

    @Override
    public void onMessage(S message) {
      if (ended) {
        return;
      }
      gave = false;
      try {
        operation.reader().read(message, this::give);
      } catch (RuntimeException e) {
        fail(Failure.unreadable(e));
        call.cancel("response cannot be read", e);
        return;
      }
      if (!gave) {
        inbound.onActivity();
        call.request(1);
      }
    }

    private void give(R response) {
      gave = true;
      inbound.onResponse(response);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (ended) {
        return;
      }
      if (!status.isOk()) {
        fail(failure(status));
        return;
      }
      try {
        operation.reader().end(this::give);
      } catch (RuntimeException e) {
        fail(Failure.unreadable(e));
        return;
      }
      ended = true;
      inbound.onEnd();
    }

    private void fail(Failure failure) {
      ended = true;
      if (failure.connection()) {
        refused.set(true);
      }
      inbound.onFailure(failure);
    }

    /** A status that gRPC made up itself has a cause, or is known by its text. */
    private static Failure failure(Status status) {
      Throwable cause = status.getCause();
      String text = status.getDescription() == null ? "" : status.getDescription();
      if (status.getCode() == Status.Code.UNAVAILABLE
          && (cause != null || text.startsWith("Network closed"))) {
        String reason = cause == null ? text : cause.getMessage();
        return Failure.unreachable("connection failed: " + reason, cause);
      }
      return new Failure(
          code(status.getCode()),
          text.isEmpty() ? "status " + status.getCode() : text,
          false,
          cause);
    }

    private static ErrorCode code(Status.Code code) {
      return switch (code) {
        case INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION -> ErrorCode.INVALID_ARGUMENT;
        case NOT_FOUND -> ErrorCode.NOT_FOUND;
        case ALREADY_EXISTS -> ErrorCode.ALREADY_EXISTS;
        case PERMISSION_DENIED, UNAUTHENTICATED -> ErrorCode.PERMISSION_DENIED;
        case RESOURCE_EXHAUSTED -> ErrorCode.RESOURCE_EXHAUSTED;
        case UNIMPLEMENTED -> ErrorCode.UNSUPPORTED;
        case UNAVAILABLE -> ErrorCode.UNAVAILABLE;
        case CANCELLED, ABORTED -> ErrorCode.CANCELLED;
        case DEADLINE_EXCEEDED -> ErrorCode.DEADLINE_EXCEEDED;
        case INTERNAL, DATA_LOSS -> ErrorCode.INTERNAL;
        case OK, UNKNOWN -> ErrorCode.UNKNOWN;
      };
    }
  }
}

package dev.unmask.client.internal;

import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.group.ChannelGroup;
import io.grpc.netty.shaded.io.netty.channel.group.DefaultChannelGroup;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpClientCodec;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * Connections of HTTP/1.1 to one endpoint. A connection carries one exchange at a time; those at
 * rest are kept and the one used last is taken first.
 */
final class HttpTransport implements Transport {
  private static final int MAX_IDLE = 64;
  private static final int MAX_LINE = 8 << 10;
  private static final int MAX_HEADERS = 64 << 10;
  private static final int MAX_PIECE = 16 << 10;
  private static final long CLOSE_SECONDS = 10;

  private final EndpointAddress address;
  private final TransportOptions options;
  private final Bootstrap bootstrap;
  private final SslContext tls;

  /** All connections that are open. */
  private final ChannelGroup open;

  private final ConcurrentLinkedDeque<HttpConnection> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  HttpTransport(EndpointAddress address, TransportOptions options, IoThreads threads) {
    this.address = address;
    this.options = options;
    open = new DefaultChannelGroup(threads.group().next(), true);
    try {
      tls = address.secure() ? TlsContexts.client(options.tls()).build() : null;
    } catch (SSLException e) {
      throw new IllegalArgumentException("tls: " + e.getMessage(), e);
    }
    bootstrap =
        new Bootstrap()
            .group(threads.group())
            .channel(threads.channelType())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.connectMillis())
            .remoteAddress(address.host(), address.port())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    prepare(channel);
                  }
                });
  }

  private void prepare(Channel channel) {
    if (tls != null) {
      String name = options.tls().serverName().orElse(address.host());
      SslHandler handler = tls.newHandler(channel.alloc(), name, address.port());
      handler.setHandshakeTimeoutMillis(options.connectMillis());
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      handler.engine().setSSLParameters(parameters);
      channel.pipeline().addLast(handler);
    }
    channel.pipeline().addLast(codec()).addLast(new HttpConnection(this));
    open.add(channel);
  }

  static HttpClientCodec codec() {
    return new HttpClientCodec(MAX_LINE, MAX_HEADERS, MAX_PIECE);
  }

  @Override
  public String endpoint() {
    return address.toString();
  }

  String host() {
    return options.tls().serverName().filter(name -> tls != null).orElse(address.authority());
  }

  String userAgent() {
    return options.userAgent();
  }

  int maxResponseBytes() {
    return options.maxResponseBytes();
  }

  @Override
  public <R> TransportCall open(
      Operation<R> operation, Map<String, String> headers, long timeoutNanos, Inbound<R> inbound) {
    long micros =
        timeoutNanos == Long.MAX_VALUE
            ? 0
            : Math.max(1, TimeUnit.NANOSECONDS.toMicros(timeoutNanos));
    return new HttpCall<>(this, operation.http(micros), headers, inbound);
  }

  /**
   * Finds or makes a connection.
   *
   * @param taker told the connection, or why there is none; on the connection's event loop
   */
  void connect(BiConsumer<HttpConnection, Throwable> taker) {
    for (HttpConnection next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
      HttpConnection connection = next;
      if (connection.take()) {
        connection.execute(() -> taker.accept(connection, null));
        return;
      }
    }
    ChannelFuture connecting = bootstrap.connect();
    ChannelFuture unused =
        connecting.addListener(
            future -> {
              if (future.isSuccess()) {
                HttpConnection made = connecting.channel().pipeline().get(HttpConnection.class);
                if (closed) {
                  made.close();
                }
                taker.accept(made, null);
              } else {
                taker.accept(null, future.cause());
              }
            });
  }

  /** Takes back a connection that another exchange may use. */
  void release(HttpConnection connection) {
    if (closed || idle.size() >= MAX_IDLE) {
      connection.close();
    } else {
      idle.addFirst(connection);
    }
  }

  /** A connection at rest was closed. */
  void forget(HttpConnection connection) {
    idle.remove(connection);
  }

  @Override
  public void retryConnection() {
    // Every call that finds no connection at rest makes one.
  }

  @Override
  public void close() {
    closed = true;
    open.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}

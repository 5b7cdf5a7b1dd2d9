package dev.unmask.server.http;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A listening socket, its connections and their threads. Any thread. */
final class NettyHttpServer implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final String name;
  private final HttpOptions options;
  private final HttpDispatcher dispatcher;
  private final AtomicInteger connections = new AtomicInteger();
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private EventLoopGroup loops;
  private Channel listener;
  private volatile boolean draining;

  /**
   * @param name such as {@code HTTP}, for messages and threads
   */
  NettyHttpServer(String name, HttpOptions options, HttpDispatcher dispatcher) {
    this.name = name;
    this.options = options;
    this.dispatcher = dispatcher;
  }

  /** Binds; errors as {@link dev.unmask.server.FrontEnd#start}. */
  synchronized void start() {
    SslContext tls = options.tls() == null ? null : ServerTls.context(options.tls());
    loops =
        new MultiThreadIoEventLoopGroup(
            options.threads(),
            new DefaultThreadFactory("unmask-" + name.toLowerCase(Locale.ROOT), true),
            NioIoHandler.newFactory());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    open.add(channel);
                    initialize(channel, tls);
                  }
                });
    if (options.reusePort()) {
      bootstrap.option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
    }
    ChannelFuture bound = bootstrap.bind(options.address(), options.port()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          name
              + " address '"
              + options.address()
              + ":"
              + options.port()
              + "' cannot be bound: "
              + bound.cause().getMessage(),
          bound.cause());
    }
    listener = bound.channel();
  }

  private void initialize(SocketChannel channel, SslContext tls) {
    ChannelPipeline pipeline = channel.pipeline();
    channel.closeFuture().addListener(closed -> connections.decrementAndGet());
    boolean crowded = connections.incrementAndGet() > options.maxConnections();
    if (tls != null) {
      if (crowded) {
        LingeringClose.now(channel);
        return;
      }
      SslHandler handler = tls.newHandler(channel.alloc());
      handler.setHandshakeTimeoutMillis(options.readTimeout().toMillis());
      pipeline.addLast(handler);
    }
    pipeline.addLast(new HttpResponseEncoder());
    if (crowded) {
      refuse(channel);
      return;
    }
    ConnectionDeadline deadline = new ConnectionDeadline(options, Ticker.systemTicker());
    pipeline.addLast(
        new IdleStateHandler(true, 0, options.idleTimeout().toMillis(), 0, TimeUnit.MILLISECONDS),
        deadline,
        new RequestDecoder(options.maxHeaderBytes()),
        new RequestAssembler(options.maxInputBytes()),
        new HttpConnection(dispatcher, deadline, () -> draining));
  }

  private static void refuse(Channel channel) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            Unpooled.wrappedBuffer(
                ErrorStyle.TRITON.body(HttpErrors.UNAVAILABLE, "too many connections")));
    response.headers().set("content-type", HttpErrors.JSON);
    HttpUtil.setContentLength(response, response.content().readableBytes());
    HttpUtil.setKeepAlive(response, false);
    // Once the channel is registered, behind this initialization.
    channel
        .eventLoop()
        .execute(
            () ->
                channel
                    .writeAndFlush(response)
                    .addListener(
                        (ChannelFutureListener)
                            written -> LingeringClose.begin(written.channel())));
  }

  /** The bound port. */
  synchronized int port() {
    return listener == null
        ? options.port()
        : ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** From now on connections are closed when they have answered. */
  void drain() {
    draining = true;
  }

  @Override
  public synchronized void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    open.close().awaitUninterruptibly();
    if (loops != null) {
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}

package dev.unmask.client.internal;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpClientCodec;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObject;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.LastHttpContent;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection. It reads only when the exchange that has it wants more, so that a consumer that
 * is slow slows down the server and nothing piles up here. At rest it reads to see the server close
 * it. Event loop, but for {@link #take}.
 */
final class HttpConnection extends SimpleChannelInboundHandler<HttpObject> {
  /** What is told what comes; an exchange. */
  interface User {
    void onHead(int status, Map<String, String> headers);

    void onBody(ByteBuffer piece);

    void onEnd();

    /** The connection is of no use any more. */
    void onBroken(Throwable cause);

    /** Whether to go on reading. */
    boolean wantsMore();
  }

  private static final int SWITCHING_PROTOCOLS = 101;

  private final HttpTransport transport;
  private final AtomicBoolean resting = new AtomicBoolean();
  private ChannelHandlerContext context;
  private User user;
  private boolean written;
  private boolean keepAlive;
  private boolean informational;

  /** Whether it reads to see the server close it. */
  private boolean watching;

  HttpConnection(HttpTransport transport) {
    this.transport = transport;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  /** Takes it from its rest; false where it is closed. Any thread. */
  boolean take() {
    return resting.compareAndSet(true, false) && context.channel().isActive();
  }

  void execute(Runnable action) {
    context.executor().execute(action);
  }

  /** Begins an exchange. */
  void begin(User next, FullHttpRequest request) {
    if (!context.channel().isActive()) {
      next.onBroken(new IOException("connection was closed"));
      return;
    }
    user = next;
    watching = false;
    written = false;
    keepAlive = false;
    ChannelFuture writing = context.writeAndFlush(request);
    ChannelFuture unused =
        writing.addListener(
            future -> {
              written = future.isSuccess();
              if (!future.isSuccess()) {
                breakOff(future.cause());
              }
            });
    context.read();
  }

  /** Reads on. */
  void read() {
    context.read();
  }

  void close() {
    ChannelFuture unused = context.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (user == null) {
      close();
      return;
    }
    if (message.decoderResult().isFailure()) {
      breakOff(new ReadFailure(message.decoderResult().cause()));
      return;
    }
    if (message instanceof HttpResponse response) {
      int status = response.status().code();
      if (status == SWITCHING_PROTOCOLS) {
        breakOff(new ReadFailure(new IOException("status 101 was not asked for")));
        return;
      }
      informational = status < 200;
      if (!informational) {
        keepAlive = HttpUtil.isKeepAlive(response);
        user.onHead(response.status().code(), headers(response));
      }
    }
    if (message instanceof HttpContent content && user != null && !informational) {
      if (content.content().isReadable()) {
        user.onBody(content.content().nioBuffer());
      }
      if (message instanceof LastHttpContent && user != null) {
        end();
      }
    }
  }

  private static Map<String, String> headers(HttpResponse response) {
    Map<String, String> headers = new HashMap<>();
    response
        .headers()
        .iteratorCharSequence()
        .forEachRemaining(
            header ->
                headers.put(
                    AsciiString.of(header.getKey()).toString().toLowerCase(Locale.ROOT),
                    header.getValue().toString()));
    return headers;
  }

  private void end() {
    User ended = user;
    user = null;
    if (keepAlive && written && context.channel().isActive()) {
      resting.set(true);
      transport.release(this);
    } else {
      close();
    }
    ended.onEnd();
  }

  /** The exchange gives up: what is on its way is of no use to another one. */
  void abandon() {
    user = null;
    close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (user != null) {
      if (user.wantsMore()) {
        ctx.read();
      }
    } else if (watching) {
      // What comes unasked would be taken for the beginning of the next answer.
      close();
    } else {
      watching = true;
      forgetLeftovers();
      ctx.read();
    }
  }

  /** A codec that goes gives up the bytes that it has and that are no whole message. */
  private void forgetLeftovers() {
    context.pipeline().remove(HttpClientCodec.class);
    context.pipeline().addBefore(context.name(), null, HttpTransport.codec());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof ByteBuf leftovers) {
      leftovers.release();
      close();
    } else {
      super.channelRead(ctx, message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (resting.compareAndSet(true, false)) {
      transport.forget(this);
    }
    breakOff(new IOException("connection was closed by the server"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    breakOff(cause);
  }

  private void breakOff(Throwable cause) {
    User broken = user;
    user = null;
    close();
    if (broken != null) {
      broken.onBroken(cause);
    }
  }

  /** What came is no HTTP. */
  static final class ReadFailure extends IOException {
    private static final long serialVersionUID = 1L;

    ReadFailure(Throwable cause) {
      super(String.valueOf(cause.getMessage()), cause);
    }
  }
}

package dev.unmask.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: serves its requests one after the other, in the order in which they came,
 * whether or not the client waits for responses. The socket is read while a response is made, so
 * that a client that goes away is noticed; a client that sends too many requests ahead is not read
 * further until some are answered. Event loop thread.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final int MAX_AHEAD = 16;
  private static final int MAX_BYTES_AHEAD = 1 << 20;

  private final HttpDispatcher dispatcher;
  private final ConnectionDeadline deadline;
  private final BooleanSupplier draining;
  private final Deque<ReceivedRequest> ahead = new ArrayDeque<>();
  private ChannelHandlerContext context;
  private NettyExchange current;
  private long bytesAhead;
  private int unwritten;
  private boolean continueWanted;
  private boolean serving;
  private boolean closing;

  /**
   * @param draining whether connections are to be closed once they have answered
   */
  HttpConnection(HttpDispatcher dispatcher, ConnectionDeadline deadline, BooleanSupplier draining) {
    this.dispatcher = dispatcher;
    this.deadline = deadline;
    this.draining = draining;
  }

  EventLoop eventLoop() {
    return context.channel().eventLoop();
  }

  boolean isDraining() {
    return draining.getAsBoolean();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    if (closing) {
      return;
    }
    ReceivedRequest request = (ReceivedRequest) message;
    continueWanted = false;
    deadline.responding();
    ahead.add(request);
    bytesAhead += request.body().length;
    serve();
    if (ahead.size() >= MAX_AHEAD || bytesAhead >= MAX_BYTES_AHEAD) {
      context.channel().config().setAutoRead(false);
    }
  }

  /** Takes requests as long as they are answered at once. */
  private void serve() {
    if (serving) {
      return;
    }
    serving = true;
    while (current == null && !closing && !ahead.isEmpty()) {
      ReceivedRequest request = ahead.remove();
      bytesAhead -= request.body().length;
      current = new NettyExchange(this, request);
      if (request.fault() == null) {
        dispatcher.dispatch(current);
      } else {
        HttpErrors.respond(
            current,
            dispatcher.errorsOf(current.path()),
            request.fault().status(),
            request.fault().message());
      }
    }
    serving = false;
    if (current == null && !closing) {
      sendContinue();
    }
    if (ahead.size() < MAX_AHEAD && bytesAhead < MAX_BYTES_AHEAD) {
      context.channel().config().setAutoRead(true);
    }
  }

  /** Writes a part of the current response. */
  void write(Object message, boolean flush) {
    unwritten++;
    (flush ? context.writeAndFlush(message) : context.write(message))
        .addListener(done -> unwritten--);
  }

  void flush() {
    context.flush();
  }

  /**
   * The current exchange is answered.
   *
   * @param last its last message
   */
  void finish(Object last, boolean keepAlive) {
    current = null;
    if (keepAlive) {
      write(last, true);
      if (ahead.isEmpty()) {
        deadline.idle();
      }
      serve();
    } else {
      closing = true;
      ahead.clear();
      unwritten++;
      context
          .writeAndFlush(last)
          .addListener(
              (ChannelFutureListener)
                  written -> {
                    unwritten--;
                    LingeringClose.begin(written.channel());
                  });
    }
  }

  private void sendContinue() {
    if (continueWanted) {
      continueWanted = false;
      write(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
          true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext reading, Object event) {
    if (event == ContinueWanted.EVENT) {
      continueWanted = true;
      if (current == null && ahead.isEmpty()) {
        sendContinue();
      }
    } else if (event == ConnectionDeadline.Expired.EVENT && current == null && !closing) {
      refuse(HttpErrors.REQUEST_TIMEOUT, "request timeout");
    } else if (event instanceof IdleStateEvent && unwritten > 0) {
      LOG.debug("closing {}: the client takes nothing", context.channel());
      LingeringClose.now(context.channel());
    }
  }

  /** Answers in place of a request that never became one, and closes. */
  private void refuse(int status, String message) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.wrappedBuffer(ErrorStyle.TRITON.body(status, message)));
    response.headers().set("content-type", HttpErrors.JSON);
    HttpUtil.setContentLength(response, response.content().readableBytes());
    HttpUtil.setKeepAlive(response, false);
    finish(response, false);
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    closing = true;
    ahead.clear();
    NettyExchange abandoned = current;
    current = null;
    if (abandoned != null) {
      abandoned.disconnected();
    }
    inactive.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
    if (cause instanceof IOException || cause instanceof DecoderException) {
      LOG.debug("closing {}: {}", failing.channel(), cause.toString());
    } else {
      LOG.error("closing {}", failing.channel(), cause);
    }
    LingeringClose.now(failing.channel());
  }
}

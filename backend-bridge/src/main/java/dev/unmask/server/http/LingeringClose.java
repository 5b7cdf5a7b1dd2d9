package dev.unmask.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection so that the client gets the last response: a socket closed with bytes unread
 * is reset, and a reset may overtake the response. So the sending side is shut down first, and what
 * still arrives is dropped until the client closes, or for a few seconds.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {
  private static final long PATIENCE_SECONDS = 5;

  private LingeringClose() {}

  /** Closes at once. */
  static void now(Channel channel) {
    ChannelFuture unused = channel.close();
  }

  /** Begins to close a channel whose last response has been written. Event loop thread. */
  static void begin(Channel channel) {
    if (!channel.isActive() || !(channel instanceof DuplexChannel duplex)) {
      now(channel);
      return;
    }
    // It may have been paused; from here on only the end of the connection is read.
    channel.config().setAutoRead(true);
    ChannelPipeline pipeline = channel.pipeline();
    SslHandler tls = pipeline.get(SslHandler.class);
    if (tls == null) {
      pipeline.addFirst(new LingeringClose());
      shutdownOutput(duplex);
    } else {
      pipeline.addAfter(pipeline.context(tls).name(), null, new LingeringClose());
      tls.closeOutbound().addListener(done -> shutdownOutput(duplex));
    }
    Future<?> end =
        channel.eventLoop().schedule(() -> now(channel), PATIENCE_SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> end.cancel(false));
  }

  private static void shutdownOutput(DuplexChannel channel) {
    ChannelFuture unused = channel.shutdownOutput();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }
}

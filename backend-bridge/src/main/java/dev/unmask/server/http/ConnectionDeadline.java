package dev.unmask.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * Ends connections that hold a socket and give nothing: those without a request for too long, and
 * those whose request takes too long to arrive, however steadily it trickles. The time for a
 * request grows with the bytes of it, so that large bodies over slow lines get theirs. While a
 * response is made the client may wait as long as it likes. Sits before the decoder; event loop
 * thread.
 */
final class ConnectionDeadline extends ChannelInboundHandlerAdapter {
  /** A request did not arrive in time. A pipeline event. */
  enum Expired {
    EVENT
  }

  private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / (1 << 14);

  private enum Phase {
    /** No request. */
    IDLE,
    /** Part of a request was received. */
    RECEIVING,
    /** A whole request was received and is not answered yet. */
    RESPONDING
  }

  private final Ticker clock;
  private final long readNanos;
  private final long idleNanos;
  private ChannelHandlerContext context;
  private Phase phase = Phase.IDLE;
  private long deadline;
  private Future<?> timer;
  private long timerAt;

  ConnectionDeadline(HttpOptions options, Ticker clock) {
    this.clock = clock;
    readNanos = options.readTimeout().toNanos();
    idleNanos = options.idleTimeout().toNanos();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    idle();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    disarm();
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    if (message instanceof ByteBuf bytes) {
      if (phase == Phase.IDLE) {
        phase = Phase.RECEIVING;
        deadline = clock.nanoTime() + readNanos;
      }
      if (phase == Phase.RECEIVING) {
        deadline += bytes.readableBytes() * NANOS_PER_BYTE;
      }
    }
    reading.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext reading) {
    if (phase == Phase.RECEIVING) {
      arm();
    }
    reading.fireChannelReadComplete();
  }

  /** A whole request was received. */
  void responding() {
    phase = Phase.RESPONDING;
  }

  /** Every request received was answered. */
  void idle() {
    phase = Phase.IDLE;
    deadline = clock.nanoTime() + idleNanos;
    arm();
  }

  /** Makes the timer run no later than the deadline. */
  private void arm() {
    if (timer != null && timerAt - deadline <= 0) {
      return;
    }
    disarm();
    timerAt = deadline;
    timer =
        context.executor().schedule(this::check, deadline - clock.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void disarm() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void check() {
    timer = null;
    if (phase == Phase.RESPONDING || context.isRemoved()) {
      return;
    }
    if (deadline - clock.nanoTime() > 0) {
      arm();
    } else if (phase == Phase.IDLE) {
      LingeringClose.now(context.channel());
    } else {
      phase = Phase.RESPONDING;
      context.fireUserEventTriggered(Expired.EVENT);
    }
  }
}

package dev.unmask.server.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionDeadlineTest {
  private static final long READ_MILLIS = 10_000;
  private static final long IDLE_MILLIS = 60_000;

  private final MockTicker clock = Ticker.newMockTicker();
  private final ConnectionDeadline deadline =
      new ConnectionDeadline(
          HttpOptions.builder()
              .readTimeout(Duration.ofMillis(READ_MILLIS))
              .idleTimeout(Duration.ofMillis(IDLE_MILLIS))
              .build(),
          clock);
  private Object event;
  private final EmbeddedChannel channel =
      EmbeddedChannel.builder()
          .ticker(clock)
          .handlers(
              deadline,
              new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext context, Object fired) {
                  event = fired;
                }
              })
          .build();

  @AfterEach
  void release() {
    channel.finishAndReleaseAll();
  }

  private void pass(long millis) {
    clock.advanceMillis(millis);
    channel.runPendingTasks();
  }

  private void receive(int bytes) {
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[bytes]));
  }

  @Test
  void idle_pastTimeout_closes() {
    pass(IDLE_MILLIS - 1);
    assertTrue(channel.isOpen());
    pass(1);
    assertFalse(channel.isOpen());
  }

  @Test
  void receiving_trickle_expiresAllTheSame() {
    for (int i = 0; i < 9; i++) {
      receive(1);
      pass(1000);
    }
    assertSame(null, event);
    receive(1);
    pass(1100);
    assertSame(ConnectionDeadline.Expired.EVENT, event);
    assertTrue(channel.isOpen());
  }

  @Test
  void receiving_manyBytes_getTimeForThem() {
    receive(10 * (1 << 14));
    pass(2 * READ_MILLIS - 100);
    assertSame(null, event);
    pass(200);
    assertSame(ConnectionDeadline.Expired.EVENT, event);
  }

  @Test
  void responding_anyTime_isFree() {
    receive(100);
    deadline.responding();
    pass(10 * IDLE_MILLIS);
    assertSame(null, event);
    assertTrue(channel.isOpen());
    deadline.idle();
    pass(IDLE_MILLIS - 1);
    assertTrue(channel.isOpen());
    pass(1);
    assertFalse(channel.isOpen());
  }

  @Test
  void receiving_afterIdle_startsAnew() {
    pass(IDLE_MILLIS - 1);
    receive(1);
    pass(READ_MILLIS - 1);
    assertSame(null, event);
    pass(2);
    assertSame(ConnectionDeadline.Expired.EVENT, event);
  }
}

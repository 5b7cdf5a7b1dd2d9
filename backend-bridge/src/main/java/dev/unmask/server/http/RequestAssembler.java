package dev.unmask.server.http;

import dev.unmask.server.http.ReceivedRequest.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;

/**
 * Puts the pieces of a request together. Passes on {@link ReceivedRequest}s; after one with a fault
 * nothing follows, since where the next would begin is not known. Memory grows with what arrives,
 * not with what a client announces.
 */
final class RequestAssembler extends ChannelInboundHandlerAdapter {
  private static final int FIRST_ALLOCATION = 1 << 14;
  private static final byte[] EMPTY = {};

  private final int maxInputBytes;
  private HttpRequest head;
  private byte[] body = EMPTY;
  private int length;
  private long announced;
  private boolean failed;

  RequestAssembler(int maxInputBytes) {
    this.maxInputBytes = maxInputBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!failed && message instanceof HttpRequest request) {
        begin(context, request);
      }
      if (!failed && head != null && message instanceof HttpContent content) {
        append(context, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    head = request;
    length = 0;
    body = EMPTY;
    announced = -1;
    if (request.decoderResult().isFailure()) {
      fail(context, malformed(request.decoderResult()));
      return;
    }
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      fail(context, new Fault(HttpErrors.VERSION_NOT_SUPPORTED, "HTTP version not supported"));
      return;
    }
    announced = HttpUtil.getContentLength(request, -1L);
    if (announced > maxInputBytes) {
      fail(context, tooLarge(announced));
      return;
    }
    String expect = request.headers().get(HttpHeaderNames.EXPECT);
    if (expect != null) {
      if (HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
        context.fireUserEventTriggered(ContinueWanted.EVENT);
      } else {
        fail(
            context,
            new Fault(HttpErrors.EXPECTATION_FAILED, "expectation '" + expect + "' is not met"));
      }
    }
  }

  private void append(ChannelHandlerContext context, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      fail(context, malformed(content.decoderResult()));
      return;
    }
    ByteBuf bytes = content.content();
    int more = bytes.readableBytes();
    if (more > maxInputBytes - length) {
      fail(context, tooLarge((long) length + more));
      return;
    }
    reserve(length + more);
    bytes.readBytes(body, length, more);
    length += more;
    if (content instanceof LastHttpContent) {
      deliver(context, null);
    }
  }

  private void reserve(int size) {
    if (size > body.length) {
      long wanted = Math.max(size, Math.max(FIRST_ALLOCATION, 2L * body.length));
      if (announced >= size) {
        wanted = Math.min(wanted, announced);
      }
      body = Arrays.copyOf(body, (int) Math.min(wanted, maxInputBytes));
    }
  }

  private void deliver(ChannelHandlerContext context, Fault fault) {
    byte[] whole = length == body.length ? body : Arrays.copyOf(body, length);
    ReceivedRequest request =
        new ReceivedRequest(head, fault == null ? whole : EMPTY, System.nanoTime(), fault);
    head = null;
    body = EMPTY;
    context.fireChannelRead(request);
  }

  private void fail(ChannelHandlerContext context, Fault fault) {
    failed = true;
    deliver(context, fault);
  }

  private Fault tooLarge(long size) {
    return new Fault(
        HttpErrors.TOO_LARGE,
        "Request JSON size of "
            + size
            + " bytes exceeds the maximum allowed value of "
            + maxInputBytes
            + " bytes. Use --http-max-input-size to increase the limit.");
  }

  private static Fault malformed(DecoderResult result) {
    if (result.cause() instanceof TooLongHttpLineException) {
      return new Fault(HttpErrors.URI_TOO_LONG, "request line too long");
    }
    if (result.cause() instanceof TooLongHttpHeaderException) {
      return new Fault(HttpErrors.HEADERS_TOO_LARGE, "request header fields too large");
    }
    return new Fault(HttpErrors.BAD_REQUEST, "malformed HTTP request");
  }
}

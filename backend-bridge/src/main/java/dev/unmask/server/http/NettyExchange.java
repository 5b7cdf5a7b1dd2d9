package dev.unmask.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An exchange over a connection. What is asked for on other threads is done on the event loop, in
 * the order in which it was asked for; all state but {@link #queued} belongs to the event loop.
 */
final class NettyExchange implements HttpExchange, HttpStream {
  private static final Logger LOG = LoggerFactory.getLogger(NettyExchange.class);

  private enum State {
    /** Nothing is answered yet. */
    OPEN,
    /** A chunked response is being written. */
    STREAMING,
    /** Answered in full, or the client has gone. */
    DONE
  }

  private final HttpConnection connection;
  private final ReceivedRequest request;
  private final String path;
  private final String requestId;
  private final AtomicInteger queued = new AtomicInteger();
  private final List<Runnable> disconnectActions = new ArrayList<>(1);
  private State state = State.OPEN;
  private boolean gone;
  private boolean keepAlive;
  private int status;

  NettyExchange(HttpConnection connection, ReceivedRequest request) {
    this.connection = connection;
    this.request = request;
    path = request.path();
    requestId = RequestIds.of(header(RequestIds.HEADER));
  }

  @Override
  public String method() {
    return request.head().method().name();
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String query(String name) {
    List<String> values = new QueryStringDecoder(request.head().uri()).parameters().get(name);
    return values == null ? null : values.get(0);
  }

  @Override
  public String header(String name) {
    return request.head().headers().get(name);
  }

  @Override
  public byte[] body() {
    return request.body();
  }

  @Override
  public long arrivalNanos() {
    return request.arrivalNanos();
  }

  @Override
  public String requestId() {
    return requestId;
  }

  @Override
  public void respond(int code, String contentType, Map<String, String> headers, byte[] body) {
    onLoop(
        () -> {
          if (begin(code)) {
            boolean head = request.head().method().equals(HttpMethod.HEAD);
            ByteBuf content = head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
            DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), content);
            if (code != HttpResponseStatus.NO_CONTENT.code()) {
              HttpUtil.setContentLength(response, body.length);
            }
            finish(response, complete(response, contentType, headers, true));
          }
        });
  }

  @Override
  public HttpStream stream(int code, String contentType, Map<String, String> headers) {
    onLoop(
        () -> {
          if (begin(code)) {
            state = State.STREAMING;
            DefaultHttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
            // A client of HTTP/1.0 knows no chunks: the end of the connection ends the body.
            boolean chunked = request.head().protocolVersion().equals(HttpVersion.HTTP_1_1);
            HttpUtil.setTransferEncodingChunked(response, chunked);
            keepAlive = complete(response, contentType, headers, chunked);
            connection.write(response, false);
            // After what is asked for already, so that a first chunk goes out with the headers.
            connection.eventLoop().execute(connection::flush);
          }
        });
    return this;
  }

  private boolean begin(int code) {
    if (state == State.OPEN) {
      status = code;
      return true;
    }
    if (!gone) {
      LOG.error("[request id: {}] answered twice, second status {}", requestId, code);
    }
    return false;
  }

  /** Sets headers; returns whether the connection is kept. */
  private boolean complete(
      HttpResponse response, String contentType, Map<String, String> headers, boolean delimited) {
    boolean kept =
        delimited
            && request.fault() == null
            && HttpUtil.isKeepAlive(request.head())
            && !connection.isDraining();
    if (contentType != null) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    response.headers().set(RequestIds.HEADER, requestId);
    headers.forEach((name, value) -> response.headers().set(name, value));
    HttpUtil.setKeepAlive(response.headers(), request.head().protocolVersion(), kept);
    return kept;
  }

  @Override
  public void write(byte[] chunk) {
    onLoop(
        () -> {
          if (state == State.STREAMING && chunk.length > 0) {
            connection.write(new DefaultHttpContent(Unpooled.wrappedBuffer(chunk)), true);
          }
        });
  }

  @Override
  public void end() {
    onLoop(
        () -> {
          if (state == State.STREAMING) {
            finish(LastHttpContent.EMPTY_LAST_CONTENT, keepAlive);
          }
        });
  }

  private void finish(Object last, boolean kept) {
    state = State.DONE;
    disconnectActions.clear();
    if (LOG.isDebugEnabled()) {
      LOG.debug(
          "[request id: {}] {} {} {} {} us",
          requestId,
          method(),
          path,
          status,
          TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - request.arrivalNanos()));
    }
    connection.finish(last, kept);
  }

  @Override
  public void onDisconnect(Runnable action) {
    boolean taken =
        onLoop(
            () -> {
              if (gone) {
                action.run();
              } else if (state != State.DONE) {
                disconnectActions.add(action);
              }
            });
    if (!taken) {
      action.run();
    }
  }

  /** The client has gone before the answer was complete. Event loop thread. */
  void disconnected() {
    LOG.debug("[request id: {}] {} {} client disconnected", requestId, method(), path);
    gone = true;
    state = State.DONE;
    disconnectActions.forEach(Runnable::run);
    disconnectActions.clear();
  }

  /** Whether the action was or will be run; not where the front end is closed. */
  private boolean onLoop(Runnable action) {
    if (connection.eventLoop().inEventLoop() && queued.get() == 0) {
      action.run();
      return true;
    }
    queued.incrementAndGet();
    try {
      connection
          .eventLoop()
          .execute(
              () -> {
                queued.decrementAndGet();
                action.run();
              });
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("[request id: {}] dropped: the front end is closed", requestId);
      return false;
    }
  }
}

package dev.unmask.client.internal;

import dev.unmask.client.ErrorCode;
import dev.unmask.client.internal.Transport.Inbound;
import dev.unmask.client.internal.Transport.TransportCall;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * One exchange of HTTP. Its state belongs to the event loop of its connection; what other threads
 * ask before there is one waits in {@link #demanded} and {@link #cancelled}.
 *
 * @param <R> what the consumer gets
 */
final class HttpCall<R> implements TransportCall, HttpConnection.User {
  private final HttpTransport transport;
  private final HttpOperation<R> operation;
  private final Map<String, String> headers;
  private final Inbound<R> inbound;

  /** Guards what follows. */
  private final Object lock = new Object();

  private HttpConnection connection;
  private long demanded;
  private boolean cancelled;

  /** What was read and not told yet. */
  private final Queue<R> read = new ArrayDeque<>();

  private long demand;
  private long unread;
  private boolean headRead;
  private boolean bodyEnded;
  private boolean ended;
  private Failure failure;

  HttpCall(
      HttpTransport transport,
      HttpOperation<R> operation,
      Map<String, String> headers,
      Inbound<R> inbound) {
    this.transport = transport;
    this.operation = operation;
    this.headers = headers;
    this.inbound = inbound;
  }

  @Override
  public void start(int messages) {
    demanded = messages;
    transport.connect(this::connected);
  }

  private void connected(HttpConnection made, Throwable cause) {
    if (made == null) {
      ended = true;
      inbound.onFailure(
          Failure.unreachable(
              "connection failed: "
                  + (cause instanceof ConnectException
                      ? cause.getMessage()
                      : String.valueOf(cause)),
              cause));
      return;
    }
    boolean given;
    synchronized (lock) {
      given = cancelled;
      connection = made;
      demand = demanded;
    }
    if (given) {
      ended = true;
      made.close();
      return;
    }
    FullHttpRequest request;
    try {
      request = request();
    } catch (RuntimeException e) {
      ended = true;
      made.close();
      inbound.onFailure(Failure.unsendable(e));
      return;
    }
    made.begin(this, request);
  }

  private FullHttpRequest request() {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(operation.method()),
            operation.path(),
            Unpooled.wrappedBuffer(operation.body()));
    request.headers().set(HttpHeaderNames.HOST, transport.host());
    request.headers().set(HttpHeaderNames.USER_AGENT, transport.userAgent());
    if (operation.method().equals("POST")) {
      request.headers().set(HttpHeaderNames.CONTENT_LENGTH, operation.body().length);
    }
    operation.headers().forEach((name, value) -> request.headers().set(name, value));
    headers.forEach((name, value) -> request.headers().set(name, value));
    return request;
  }

  @Override
  public void request(int messages) {
    HttpConnection current;
    synchronized (lock) {
      demanded = add(demanded, messages);
      current = connection;
    }
    if (current != null) {
      current.execute(
          () -> {
            demand = add(demand, messages);
            tell();
            if (!ended && wantsMore()) {
              current.read();
            }
          });
    }
  }

  private static long add(long a, long b) {
    return Long.MAX_VALUE - a < b ? Long.MAX_VALUE : a + b;
  }

  @Override
  public void cancel() {
    HttpConnection current;
    synchronized (lock) {
      cancelled = true;
      current = connection;
    }
    if (current != null) {
      current.execute(
          () -> {
            if (!ended) {
              ended = true;
              read.clear();
              if (!bodyEnded) {
                current.abandon();
              }
            }
          });
    }
  }

  @Override
  public void onHead(int status, Map<String, String> names) {
    headRead = true;
    operation.reader().head(status, names);
  }

  @Override
  public void onBody(ByteBuffer piece) {
    if (ended) {
      return;
    }
    int before = read.size();
    inbound.onActivity();
    unread += piece.remaining();
    try {
      operation.reader().read(piece, read::add);
    } catch (RuntimeException e) {
      stop(Failure.unreadable(e));
      return;
    }
    if (read.size() > before) {
      unread = 0;
    } else if (unread > transport.maxResponseBytes()) {
      stop(
          Failure.answered(
              ErrorCode.RESOURCE_EXHAUSTED,
              "response is longer than maxResponseBytes=" + transport.maxResponseBytes()));
      return;
    }
    tell();
  }

  /** Fails and leaves the connection, whose rest is of no use. */
  private void stop(Failure why) {
    failure = why;
    bodyEnded = true;
    connection.abandon();
    tell();
  }

  @Override
  public void onEnd() {
    bodyEnded = true;
    if (!ended && failure == null) {
      try {
        operation.reader().end(read::add);
      } catch (RuntimeException e) {
        failure = Failure.unreadable(e);
      }
    }
    tell();
  }

  @Override
  public void onBroken(Throwable cause) {
    bodyEnded = true;
    if (failure == null) {
      failure =
          cause instanceof HttpConnection.ReadFailure
              ? Failure.protocol("response is no HTTP: " + cause.getMessage(), cause)
              : Failure.unreachable(
                  (headRead ? "connection broke within the response: " : "connection failed: ")
                      + cause.getMessage(),
                  cause);
    }
    tell();
  }

  @Override
  public boolean wantsMore() {
    return !bodyEnded && read.isEmpty() && (demand > 0 || !headRead);
  }

  /** Tells what was read as far as it is wanted; then the end. */
  private void tell() {
    while (!ended && demand > 0 && !read.isEmpty()) {
      demand--;
      inbound.onResponse(read.remove());
    }
    if (!ended && bodyEnded && read.isEmpty()) {
      ended = true;
      if (failure != null) {
        inbound.onFailure(failure);
      } else {
        inbound.onEnd();
      }
    }
  }
}

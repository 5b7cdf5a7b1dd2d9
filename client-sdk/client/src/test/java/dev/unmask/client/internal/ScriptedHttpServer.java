package dev.unmask.client.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers every request as a script says, byte by byte. */
final class ScriptedHttpServer implements AutoCloseable {
  /** How a request is answered. */
  interface Script {
    void answer(Connection connection, String request) throws IOException, InterruptedException;
  }

  /** A connection. */
  static final class Connection {
    private final Socket socket;

    Connection(Socket socket) {
      this.socket = socket;
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
    }

    /** A whole response of JSON. */
    void json(int status, String body) throws IOException {
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      send(
          "HTTP/1.1 "
              + status
              + " X\r\ncontent-type: application/json\r\ncontent-length: "
              + length
              + "\r\n\r\n"
              + body);
    }

    /** Begins a stream of events. */
    void events() throws IOException {
      send(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
              + "transfer-encoding: chunked\r\n\r\n");
    }

    /** An event in a chunk of its own. */
    void event(String json) throws IOException {
      chunk("data: " + json + "\n\n");
    }

    void chunk(String text) throws IOException {
      send(
          Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length)
              + "\r\n"
              + text
              + "\r\n");
    }

    /** The end of a stream of events. */
    void endEvents() throws IOException {
      send("0\r\n\r\n");
    }

    void halfClose() throws IOException {
      socket.shutdownOutput();
    }

    void close() throws IOException {
      socket.close();
    }

    /** Waits until the client closes the connection. */
    void awaitClosed() throws IOException {
      InputStream in = socket.getInputStream();
      try {
        while (in.read() >= 0) {
          // What comes is of no interest.
        }
      } catch (IOException e) {
        // A reset is an end too.
        return;
      }
    }
  }

  private final ServerSocket listener;
  private final Script script;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);

  ScriptedHttpServer(Script script) throws IOException {
    this(0, script);
  }

  ScriptedHttpServer(int port, Script script) throws IOException {
    this.script = script;
    listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "scripted-http");
    thread.setDaemon(true);
    thread.start();
  }

  String uri() {
    return "http://localhost:" + listener.getLocalPort();
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Requests that were read. */
  int requests() {
    return requests.get();
  }

  /** Connections that were made. */
  int connections() {
    return sockets.size();
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        if (closed.getCount() == 0) {
          // A listener that is being closed may still accept one.
          socket.close();
          return;
        }
        daemon(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    Connection connection = new Connection(socket);
    try {
      for (String request = read(socket); request != null; request = read(socket)) {
        requests.incrementAndGet();
        script.answer(connection, request);
      }
    } catch (IOException e) {
      // The client has gone, as some tests want.
      return;
    } catch (InterruptedException | RuntimeException | AssertionError e) {
      failures.add(e);
    }
  }

  private static String read(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        return null;
      }
      head.write(b);
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    int at = text.toLowerCase(Locale.ROOT).indexOf("content-length:");
    int length =
        at < 0 ? 0 : Integer.parseInt(text.substring(at + 15, text.indexOf('\r', at)).strip());
    return text + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Lets scripts wait for the end of the test. */
  void awaitClose() throws InterruptedException {
    closed.await();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    if (!failures.isEmpty()) {
      throw new AssertionError("script failed", failures.peek());
    }
  }
}

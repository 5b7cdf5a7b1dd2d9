package dev.unmask.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Streams over {@code generate_stream} on a blocking socket; listeners are told on the thread that
 * waits for the end. A cancel closes the socket.
 */
final class SseLoadClient implements LoadClient {
  private static final String DATA = "data: ";
  private static final int CONNECT_MILLIS = 10_000;

  private final InetSocketAddress address;
  private Socket socket;
  private HttpBody body;

  SseLoadClient(String host, int port) {
    address = new InetSocketAddress(host, port);
  }

  @Override
  public LoadCall start(LoadRequest request, ChunkListener listener) {
    try {
      if (socket == null || socket.isClosed()) {
        connect();
      }
      byte[] content = SseMessages.request(request);
      String head =
          "POST /v2/models/"
              + request.model()
              + "/generate_stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
              + "\r\nContent-Length: "
              + content.length
              + "\r\n\r\n";
      byte[] start = head.getBytes(StandardCharsets.US_ASCII);
      byte[] message = new byte[start.length + content.length];
      System.arraycopy(start, 0, message, 0, start.length);
      System.arraycopy(content, 0, message, start.length, content.length);
      socket.getOutputStream().write(message);
      return new Call(socket, body, listener);
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    }
  }

  private void connect() throws IOException {
    socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(address, CONNECT_MILLIS);
    body = new HttpBody(new BufferedInputStream(socket.getInputStream(), 8192));
  }

  @Override
  public void close() {
    if (socket != null) {
      closeQuietly(socket);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closing is all that was wanted; the connection is gone either way.
      return;
    }
  }

  private static final class Call implements LoadCall {
    private final Socket socket;
    private final HttpBody body;
    private final ChunkListener listener;
    private boolean cancelled;
    private boolean ended;

    Call(Socket socket, HttpBody body, ChunkListener listener) {
      this.socket = socket;
      this.body = body;
      this.listener = listener;
    }

    @Override
    public synchronized void cancel() {
      if (!ended) {
        cancelled = true;
        closeQuietly(socket);
      }
    }

    private synchronized boolean isCancelled() {
      return cancelled;
    }

    @Override
    public Outcome await() {
      Outcome outcome;
      try {
        body.readHead();
        outcome = readEvents();
      } catch (IOException e) {
        closeQuietly(socket);
        outcome = Outcome.failed(e.toString());
      }
      synchronized (this) {
        ended = true;
        return cancelled ? Outcome.CANCELLED : outcome;
      }
    }

    private Outcome readEvents() throws IOException {
      Outcome outcome = Outcome.COMPLETE;
      for (String line = body.nextLine(); line != null; line = body.nextLine()) {
        if (line.isEmpty() || isCancelled()) {
          continue;
        }
        Chunk chunk =
            SseMessages.chunk(
                System.nanoTime(), line.startsWith(DATA) ? line.substring(DATA.length()) : line);
        if (chunk.values().get("error") instanceof String error) {
          outcome = Outcome.failed(error);
        } else {
          listener.onChunk(this, chunk);
        }
      }
      return outcome;
    }
  }
}

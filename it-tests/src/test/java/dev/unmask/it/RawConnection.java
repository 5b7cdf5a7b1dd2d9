package dev.unmask.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A socket on which a test writes HTTP/1.1 itself and reads each response to its framed end. */
final class RawConnection implements AutoCloseable {
  private static final int TIMEOUT_MS = 60_000;

  private final Socket socket;
  private final InputStream in;

  RawConnection(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MS);
    in = socket.getInputStream();
  }

  /**
   * A response as it came.
   *
   * @param headers by lower-case name
   * @param chunks number of chunks of the body; -1 where it was not chunked
   */
  record Response(int status, Map<String, String> headers, byte[] body, int chunks) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  RawConnection send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Writes a request with a body and its length. */
  RawConnection post(String path, String body, String... headers) throws IOException {
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: test\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    send(head + "Content-Length: " + bytes.length + "\r\n\r\n");
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Reads one response. */
  Response read() throws IOException {
    String statusLine = line();
    if (!statusLine.startsWith("HTTP/1.1 ")) {
      throw new AssertionError("no status line: '" + statusLine + "'");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).trim());
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    if (!"chunked".equals(headers.get("transfer-encoding"))) {
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      return new Response(status, headers, in.readNBytes(length), -1);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int chunks = 0;
    for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
      body.writeBytes(chunk);
      chunks++;
    }
    return new Response(status, headers, body.toByteArray(), chunks);
  }

  /** Reads the head of a chunked response and its first chunk. */
  String firstChunk() throws IOException {
    for (String header = line(); !header.isEmpty(); ) {
      header = line();
    }
    return new String(chunk(), StandardCharsets.UTF_8);
  }

  private byte[] chunk() throws IOException {
    int size = Integer.parseInt(line(), 16);
    byte[] chunk = in.readNBytes(size);
    if (!line().isEmpty()) {
      throw new AssertionError("a chunk does not end where it says");
    }
    return chunk;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new AssertionError("the connection ended within a line: " + line);
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** Whether the server has closed the connection; waits for that or for bytes. */
  boolean atEnd() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

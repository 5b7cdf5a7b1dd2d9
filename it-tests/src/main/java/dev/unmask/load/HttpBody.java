package dev.unmask.load;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads one HTTP/1.1 response after the other from a connection: the head, then lines of body. */
final class HttpBody {
  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private int status;
  private boolean chunked;
  private long left;
  private boolean ended;

  /**
   * @param in buffered bytes of the connection
   */
  HttpBody(InputStream in) {
    this.in = in;
  }

  /** Reads the next head; returns the status. */
  int readHead() throws IOException {
    String first = readLine();
    status = Integer.parseInt(first.substring(9, 12));
    chunked = false;
    left = 0;
    for (String header = readLine(); !header.isEmpty(); header = readLine()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        left = Long.parseLong(lower.substring(15).strip());
      } else if (lower.startsWith("transfer-encoding:")) {
        chunked = lower.endsWith("chunked");
      }
    }
    ended = !chunked && left == 0;
    return status;
  }

  /** The next line of the body, without its end; null after the last. */
  String nextLine() throws IOException {
    line.reset();
    for (int b = next(); b >= 0; b = next()) {
      if (b == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      line.write(b);
    }
    return line.size() > 0 ? line.toString(StandardCharsets.UTF_8) : null;
  }

  private int next() throws IOException {
    if (ended) {
      return -1;
    }
    if (left == 0 && !nextChunk()) {
      return -1;
    }
    left--;
    int b = read();
    if (left == 0) {
      if (chunked) {
        readLine();
      } else {
        ended = true;
      }
    }
    return b;
  }

  /** Begins a chunk; false after the last. */
  private boolean nextChunk() throws IOException {
    left = Long.parseLong(readLine(), 16);
    if (left == 0) {
      readLine();
      ended = true;
    }
    return !ended;
  }

  private String readLine() throws IOException {
    StringBuilder text = new StringBuilder(64);
    for (int b = read(); b != '\n'; b = read()) {
      if (b != '\r') {
        text.append((char) b);
      }
    }
    return text.toString();
  }

  private int read() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("connection closed by the server");
    }
    return b;
  }
}

package dev.unmask.server.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events that go out together. One thread. */
final class EventBuffer {
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

  /** Adds an event; JSON as it is written here has no line breaks. */
  void add(Json.Writer writer) {
    out.writeBytes(DATA);
    Json.writeTo(out, writer);
    out.writeBytes(END);
  }

  /** Adds an event of one line. */
  void add(byte[] data) {
    out.writeBytes(DATA);
    out.writeBytes(data);
    out.writeBytes(END);
  }

  /** Adds the event that says that nothing follows. */
  void addDone() {
    add(DONE);
  }

  /** All of them. */
  byte[] toByteArray() {
    return out.toByteArray();
  }
}

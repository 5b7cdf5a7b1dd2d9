package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.client.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Reads server-sent events whose data are JSON objects, as the HTML standard says: lines end with
 * LF, CR or both, the data of several lines are joined, an unfinished event at the end is not one.
 *
 * @param <R> what the consumer gets
 */
final class EventStreamReader<R> implements HttpReader<R> {
  private static final byte LF = '\n';
  private static final byte CR = '\r';
  private static final String DATA = "data:";
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final String DONE = "[DONE]";

  private final BiConsumer<JsonNode, Consumer<R>> events;
  private final Consumer<Consumer<R>> atEnd;
  private final StringBuilder data = new StringBuilder();
  private byte[] line = new byte[256];
  private int lineLength;
  private boolean firstLine = true;
  private boolean afterCr;
  private boolean hasData;
  private int status;
  private WholeBodyReader<R> other;

  /**
   * Makes a reader.
   *
   * @param events given every event
   * @param atEnd called when the stream has ended
   */
  EventStreamReader(BiConsumer<JsonNode, Consumer<R>> events, Consumer<Consumer<R>> atEnd) {
    this.events = events;
    this.atEnd = atEnd;
  }

  @Override
  public void head(int status, Map<String, String> headers) {
    this.status = status;
    String type = headers.getOrDefault("content-type", "");
    if (!type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
      other =
          new WholeBodyReader<>(
              (body, sink) -> {
                body.json();
                throw ReadException.protocol("response is no event stream but '" + type + "'");
              });
      other.head(status, headers);
    }
  }

  @Override
  public void read(ByteBuffer piece, Consumer<R> sink) {
    if (other != null) {
      other.read(piece, sink);
      return;
    }
    while (piece.hasRemaining()) {
      byte b = piece.get();
      if (b == LF && afterCr) {
        afterCr = false;
        continue;
      }
      afterCr = b == CR;
      if (b == LF || b == CR) {
        endLine(sink);
      } else {
        if (lineLength == line.length) {
          line = Arrays.copyOf(line, 2 * lineLength);
        }
        line[lineLength++] = b;
      }
    }
  }

  private void endLine(Consumer<R> sink) {
    if (lineLength == 0) {
      if (hasData) {
        event(data.toString(), sink);
      }
      data.setLength(0);
      hasData = false;
      return;
    }
    String text = new String(line, 0, lineLength, StandardCharsets.UTF_8);
    lineLength = 0;
    if (firstLine && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(BYTE_ORDER_MARK.length());
    }
    firstLine = false;
    if (text.startsWith(DATA)) {
      if (hasData) {
        data.append('\n');
      }
      hasData = true;
      data.append(text, text.startsWith(" ", DATA.length()) ? 6 : 5, text.length());
    }
  }

  private void event(String text, Consumer<R> sink) {
    if (text.equals(DONE)) {
      return;
    }
    JsonNode json = Json.read(text, "event");
    if (!json.isObject()) {
      throw ReadException.protocol("event is no JSON object: " + text);
    }
    if (json.hasNonNull("error")) {
      // The first response sets the status; what fails later has none.
      ErrorCode code = HttpStatus.code(status);
      try {
        HttpErrors.check(json);
      } catch (ReadException e) {
        throw new ReadException(code, e.getMessage());
      }
    }
    events.accept(json, sink);
  }

  @Override
  public void end(Consumer<R> sink) {
    if (other != null) {
      other.end(sink);
      return;
    }
    if (lineLength > 0 || hasData) {
      throw ReadException.protocol("the event stream ended within an event");
    }
    if (!HttpStatus.isSuccess(status)) {
      throw HttpErrors.of(status, new byte[0]);
    }
    atEnd.accept(sink);
  }
}

package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.client.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventStreamReaderTest {
  private static final Map<String, String> EVENTS = Map.of("content-type", "text/event-stream");

  private final List<String> events = new ArrayList<>();

  private EventStreamReader<String> reader(int status, Map<String, String> headers) {
    EventStreamReader<String> reader =
        new EventStreamReader<>(
            (json, sink) -> sink.accept(json.path("t").asText()), sink -> sink.accept("end"));
    reader.head(status, headers);
    return reader;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void events_whereverTheBytesAreCut() {
    String text =
        "data: {\"t\":\"ä\"}\n\n: comment\r\ndata:{\"t\":\r\ndata: \"b\"}\r\n\r\nevent: x\rdata: {}\r\rdata:"
            + " [DONE]\n\n";
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    for (int size = 1; size <= all.length; size++) {
      events.clear();
      EventStreamReader<String> reader = reader(200, EVENTS);
      for (int at = 0; at < all.length; at += size) {
        reader.read(ByteBuffer.wrap(all, at, Math.min(size, all.length - at)), events::add);
      }
      reader.end(events::add);
      assertEquals(List.of("ä", "b", "", "end"), events);
    }
  }

  @Test
  void end_withinAnEvent_isAFault() {
    EventStreamReader<String> reader = reader(200, EVENTS);
    reader.read(bytes("data: {\"t\":1}\n\ndata: {\"t\""), events::add);
    ReadException cut = assertThrows(ReadException.class, () -> reader.end(events::add));
    assertEquals(ErrorCode.PROTOCOL, cut.failure().code());
    assertEquals(List.of("1"), events);
  }

  @Test
  void errors_haveTheCodeOfTheStatus() {
    assertFailure(
        ErrorCode.UNAVAILABLE, "full", reader(503, EVENTS), "data: {\"error\":\"full\"}\n\n");
    assertFailure(ErrorCode.UNKNOWN, "late", reader(200, EVENTS), "data: {\"error\":\"late\"}\n\n");
    assertFailure(
        ErrorCode.NOT_FOUND,
        "no model",
        reader(404, Map.of("content-type", "application/json")),
        "{\"error\":\"no model\"}");
    assertFailure(
        ErrorCode.UNKNOWN,
        "not one",
        reader(200, Map.of("content-type", "application/json")),
        "{\"error\":\"not one\"}");
    assertFailure(
        ErrorCode.UNAVAILABLE, "HTTP status 502: <html>", reader(502, Map.of()), "<html>");
    assertFailure(
        ErrorCode.PROTOCOL,
        "response is no event stream but 'text/html'",
        reader(200, Map.of("content-type", "text/html")),
        "{}");
    assertFailure(
        ErrorCode.PROTOCOL, "event is no JSON object: 5", reader(200, EVENTS), "data: 5\n\n");
  }

  private void assertFailure(
      ErrorCode code, String message, EventStreamReader<String> reader, String body) {
    ReadException failed =
        assertThrows(
            ReadException.class,
            () -> {
              reader.read(bytes(body), events::add);
              reader.end(events::add);
            });
    assertEquals(message, failed.getMessage());
    assertEquals(code, failed.failure().code());
  }
}

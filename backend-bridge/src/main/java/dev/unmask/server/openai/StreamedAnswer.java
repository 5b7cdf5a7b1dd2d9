package dev.unmask.server.openai;

import dev.unmask.request.GenerationDelta;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.GenerationResult;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.http.HttpExchange;
import dev.unmask.server.http.HttpStream;
import java.util.Map;

/**
 * Answers with server-sent events while the generation goes on. An error before the first of them
 * is an ordinary error response; one after it is the last event, and {@code [DONE]} does not
 * follow.
 */
final class StreamedAnswer implements GenerationObserver {
  private static final int OK = 200;
  private static final String MEDIA_TYPE = "text/event-stream; charset=utf-8";
  private static final Map<String, String> HEADERS = Map.of("cache-control", "no-cache");

  private final HttpExchange exchange;
  private final AnswerWriter writer;
  private HttpStream stream;

  StreamedAnswer(HttpExchange exchange, AnswerWriter writer) {
    this.exchange = exchange;
    this.writer = writer;
  }

  @Override
  public void onDelta(GenerationDelta delta) {
    if (writer.shows(delta)) {
      EventBuffer events = new EventBuffer();
      delta(events, delta);
      write(events);
    }
  }

  @Override
  public void onFinished(GenerationDelta rest, GenerationResult result) {
    EventBuffer events = new EventBuffer();
    if (writer.shows(rest)) {
      delta(events, rest);
    } else {
      opening(events);
    }
    events.add(json -> writer.closing(json, result));
    if (writer.hasUsage()) {
      events.add(json -> writer.usageChunk(json, result));
    }
    events.addDone();
    write(events);
    stream.end();
  }

  @Override
  public void onError(UnmaskException e) {
    if (stream == null) {
      ErrorResponder.respond(exchange, e);
      return;
    }
    EventBuffer events = new EventBuffer();
    events.add(ErrorResponder.logged(exchange, e).body());
    write(events);
    stream.end();
  }

  private void delta(EventBuffer events, GenerationDelta delta) {
    opening(events);
    events.add(json -> writer.delta(json, delta));
  }

  private void opening(EventBuffer events) {
    if (stream == null && writer.hasOpening()) {
      events.add(writer::opening);
    }
  }

  private void write(EventBuffer events) {
    if (stream == null) {
      stream = exchange.stream(OK, MEDIA_TYPE, HEADERS);
    }
    stream.write(events.toByteArray());
  }
}

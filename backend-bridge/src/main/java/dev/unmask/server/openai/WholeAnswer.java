package dev.unmask.server.openai;

import dev.unmask.request.GenerationDelta;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.GenerationResult;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.http.HttpExchange;
import java.util.Map;

/** Answers with one body when the generation has ended. */
final class WholeAnswer implements GenerationObserver {
  private static final int OK = 200;

  private final HttpExchange exchange;
  private final AnswerWriter writer;

  WholeAnswer(HttpExchange exchange, AnswerWriter writer) {
    this.exchange = exchange;
    this.writer = writer;
  }

  @Override
  public void onDelta(GenerationDelta delta) {
    throw new IllegalStateException("a delta of a request that is not streamed");
  }

  @Override
  public void onFinished(GenerationDelta rest, GenerationResult result) {
    byte[] body = Json.write(json -> writer.whole(json, rest, result));
    exchange.respond(OK, Json.MEDIA_TYPE, Map.of(), body);
  }

  @Override
  public void onError(UnmaskException error) {
    ErrorResponder.respond(exchange, error);
  }
}

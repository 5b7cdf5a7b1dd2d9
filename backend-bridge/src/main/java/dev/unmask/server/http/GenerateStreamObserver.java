package dev.unmask.server.http;

import dev.unmask.request.InferResponse;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.util.Map;

/**
 * Answers {@code generate_stream}: an event for each response as it comes. The first one sets the
 * status; an error after it is an event like others.
 */
final class GenerateStreamObserver implements ResponseObserver {
  private static final String EVENTS = "text/event-stream; charset=utf-8";

  private final HttpExchange exchange;
  private final ServedModel model;
  private final String id;
  private final Map<String, String> headers;
  private HttpStream stream;

  /**
   * @param id the request's, empty for none
   * @param headers of the response
   */
  GenerateStreamObserver(
      HttpExchange exchange, ServedModel model, String id, Map<String, String> headers) {
    this.exchange = exchange;
    this.model = model;
    this.id = id;
    this.headers = headers;
  }

  @Override
  public void onResponse(InferResponse response, boolean last) {
    try {
      send(200, GenerateResponseWriter.event(model, id, response));
    } catch (UnmaskException e) {
      sendError(e);
    } catch (RuntimeException e) {
      sendError(HttpErrors.unexpected(e));
    }
    if (last) {
      stream.end();
    }
  }

  @Override
  public void onCompleted() {
    open(200);
    stream.end();
  }

  @Override
  public void onError(UnmaskException error) {
    sendError(error);
    stream.end();
  }

  private void sendError(UnmaskException error) {
    HttpErrors.log(exchange, error);
    int status = HttpErrors.status(error.code());
    send(status, GenerateResponseWriter.event(status, error.getMessage()));
  }

  private void send(int status, byte[] event) {
    open(status);
    stream.write(event);
  }

  private void open(int status) {
    if (stream == null) {
      stream = exchange.stream(status, EVENTS, headers);
    }
  }
}

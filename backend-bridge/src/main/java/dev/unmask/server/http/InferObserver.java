package dev.unmask.server.http;

import dev.unmask.request.InferResponse;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import java.util.HashMap;
import java.util.Map;

/** Answers {@code infer} with the one response that its request must have. */
final class InferObserver implements ResponseObserver {
  private final HttpExchange exchange;
  private final ServedModel model;
  private final InferRequestReader.Parsed parsed;
  private InferResponse response;
  private int responses;

  InferObserver(HttpExchange exchange, ServedModel model, InferRequestReader.Parsed parsed) {
    this.exchange = exchange;
    this.model = model;
    this.parsed = parsed;
  }

  @Override
  public void onResponse(InferResponse given, boolean last) {
    response = given;
    responses++;
    if (last) {
      onCompleted();
    }
  }

  @Override
  public void onCompleted() {
    HttpErrors.guard(exchange, ErrorStyle.TRITON, this::answer);
  }

  @Override
  public void onError(UnmaskException error) {
    HttpErrors.respond(exchange, ErrorStyle.TRITON, error);
  }

  private void answer() {
    if (responses != 1) {
      throw new UnmaskException(
          ErrorCode.INTERNAL,
          responses == 0
              ? "received an unexpected null response"
              : "expected a single response, got " + responses);
    }
    InferResponseWriter.Body body = InferResponseWriter.write(model, parsed, response);
    Map<String, String> headers = new HashMap<>();
    if (body.binary()) {
      headers.put(InferEndpoint.JSON_LENGTH_HEADER, String.valueOf(body.jsonLength()));
    }
    Compression coding = Compression.ofResponse(exchange.header("accept-encoding"));
    if (coding != Compression.IDENTITY) {
      headers.put("content-encoding", coding.id());
    }
    exchange.respond(
        200,
        body.binary() ? "application/octet-stream" : HttpErrors.JSON,
        headers,
        coding.compress(body.bytes()));
  }
}

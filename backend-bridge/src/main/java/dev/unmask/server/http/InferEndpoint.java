package dev.unmask.server.http;

import dev.unmask.request.InferRequest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.ServedModel;
import java.util.List;
import java.util.Map;

/** {@code POST /v2/models/{m}[/versions/{v}]/infer}. */
final class InferEndpoint {
  /** Bytes of JSON at the start of a body with binary tensors, both ways. */
  static final String JSON_LENGTH_HEADER = "inference-header-content-length";

  /** A body compressed by more than this is read on an event loop all the same. */
  private static final int COMPRESSION_RATIO = 64;

  private final InferenceServer server;
  private final Workers workers;
  private final int maxInputBytes;

  InferEndpoint(InferenceServer server, Workers workers, int maxInputBytes) {
    this.server = server;
    this.workers = workers;
    this.maxInputBytes = maxInputBytes;
  }

  void handle(HttpExchange exchange, List<String> groups) {
    ServedModel model = server.model(groups.get(0), groups.get(1));
    if (model.isDecoupled()) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          "HTTP end point doesn't support models with decoupled transaction policy");
    }
    Compression coding = Compression.ofRequest(exchange.header("content-encoding"));
    if (coding == null) {
      HttpErrors.respond(
          exchange,
          ErrorStyle.TRITON,
          HttpErrors.status(ErrorCode.UNSUPPORTED),
          "Unsupported compression type",
          Map.of("accept-encoding", Compression.ACCEPTED));
      return;
    }
    boolean large =
        exchange.body().length > Workers.LARGE_BODY
            || (coding != Compression.IDENTITY
                && exchange.body().length > Workers.LARGE_BODY / COMPRESSION_RATIO);
    workers.read(exchange, large, () -> infer(exchange, model, coding));
  }

  private void infer(HttpExchange exchange, ServedModel model, Compression coding) {
    byte[] body = coding.decompress(exchange.body(), maxInputBytes);
    int jsonLength = jsonLength(exchange.header(JSON_LENGTH_HEADER), body.length);
    InferRequestReader.Parsed parsed =
        InferRequestReader.read(model, body, jsonLength, exchange.arrivalNanos());
    InferObserver observer = new InferObserver(exchange, model, parsed);
    InferRequest request = parsed.request().loggedAs(exchange.requestId());
    exchange.onDisconnect(model.infer(request, observer)::cancel);
  }

  /**
   * Bytes of JSON; -1 for a body that is all JSON.
   *
   * @param header null where the client gives none
   */
  private static int jsonLength(String header, int length) {
    if (header == null) {
      return -1;
    }
    int parsed;
    try {
      parsed = Integer.parseInt(header.trim());
    } catch (NumberFormatException e) {
      throw new UnmaskException(
          ErrorCode.INVALID_ARGUMENT,
          "Unable to parse Inference-Header-Content-Length, got: " + header,
          e);
    }
    if (parsed < 0 || parsed > length) {
      throw UnmaskException.invalid(
          "inference header size should be in range (0, " + length + "), got: " + header);
    }
    return parsed;
  }
}

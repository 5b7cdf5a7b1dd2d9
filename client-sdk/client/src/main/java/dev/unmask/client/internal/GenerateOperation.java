package dev.unmask.client.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.ModelFormat;
import dev.unmask.client.RequestInfo;
import dev.unmask.client.Tensor;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A generation. Over gRPC it has a {@code ModelStreamInfer} call of its own, which decoupled and
 * other models take, so that giving the call up gives up this generation and no other; over HTTP it
 * is {@code generate} or {@code generate_stream}.
 */
public final class GenerateOperation implements Operation<GenerationEvent> {
  private static final Map<String, String> JSON = Map.of("content-type", "application/json");

  private final GenerateRequest request;
  private final boolean stream;
  private final EncodedRequest encoded;

  /**
   * Encodes a request.
   *
   * @param stream whether deltas are wanted
   * @throws dev.unmask.client.InvalidRequestException for what cannot be sent
   */
  public GenerateOperation(GenerateRequest request, boolean stream) {
    this.request = request;
    this.stream = stream;
    this.encoded = EncodedRequest.of(request, stream);
  }

  @Override
  public RequestInfo info() {
    return new RequestInfo(
        "generate", request.model(), request.modelVersion(), request.requestId(), stream);
  }

  @Override
  public Optional<Duration> timeout() {
    return request.timeout();
  }

  @Override
  public GrpcOperation<?, ?, GenerationEvent> grpc() {
    ModelInferRequest message =
        GrpcMessages.request(
                request.model(),
                request.modelVersion(),
                request.requestId(),
                encoded.tensors(),
                List.of(),
                encoded.parameters())
            .putParameters(
                GrpcMessages.EMPTY_FINAL, GrpcMessages.parameter(GrpcMessages.EMPTY_FINAL, true))
            .build();
    return new GrpcOperation<>(
        GRPCInferenceServiceGrpc.getModelStreamInferMethod(), message, new StreamReader());
  }

  @Override
  public HttpOperation<GenerationEvent> http(long timeoutMicros) {
    String path = HttpPaths.model(request.model(), request.modelVersion());
    GenerationReader reader = new GenerationReader(request);
    return new HttpOperation<>(
        "POST",
        path + (stream ? "/generate_stream" : "/generate"),
        JSON,
        Json.bytes(json -> write(json, timeoutMicros)),
        stream
            ? new EventStreamReader<>(
                (event, sink) -> reader.read(new JsonOutputs(event), sink), reader::end)
            : new WholeBodyReader<>(
                (body, sink) -> {
                  reader.read(new JsonOutputs(body.json()), sink);
                  reader.end(sink);
                }));
  }

  private void write(JsonGenerator json, long timeoutMicros) throws IOException {
    json.writeStartObject();
    if (!request.requestId().isEmpty()) {
      json.writeStringField("id", request.requestId());
    }
    for (Tensor tensor : encoded.tensors()) {
      TensorJson.member(json, tensor);
    }
    Json.members(json, encoded.parameters());
    // Others take it for a parameter that they do not know.
    if (timeoutMicros > 0
        && request.format() == ModelFormat.UNMASK
        && !encoded.parameters().containsKey("timeout")) {
      json.writeNumberField("timeout", timeoutMicros);
    }
    json.writeEndObject();
  }

  /** Reads the messages of a stream that carries this one request. */
  private final class StreamReader
      implements ResponseReader<ModelStreamInferResponse, GenerationEvent> {
    private final GenerationReader reader = new GenerationReader(request);
    private boolean ended;

    @Override
    public void read(ModelStreamInferResponse message, Consumer<GenerationEvent> sink) {
      if (!message.getErrorMessage().isEmpty()) {
        throw new ReadException(ErrorCode.UNKNOWN, message.getErrorMessage());
      }
      ModelInferResponse response = message.getInferResponse();
      if (response.getOutputsCount() > 0) {
        reader.read(new GrpcOutputs(response), sink);
      }
      ended |= GrpcMessages.isFinal(response);
    }

    @Override
    public void end(Consumer<GenerationEvent> sink) {
      if (!ended) {
        throw ReadException.protocol("the stream ended before the last response");
      }
      reader.end(sink);
    }
  }
}

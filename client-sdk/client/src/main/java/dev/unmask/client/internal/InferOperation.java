package dev.unmask.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.client.Datatype;
import dev.unmask.client.ErrorCode;
import dev.unmask.client.InferRequest;
import dev.unmask.client.InferResult;
import dev.unmask.client.RequestInfo;
import dev.unmask.client.Tensor;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tensors for any model. With one response it is {@code ModelInfer} or HTTP's {@code infer} with
 * binary tensors both ways; with any number {@code ModelStreamInfer}, which HTTP does not have.
 */
public final class InferOperation implements Operation<InferResult> {
  private static final String JSON_LENGTH = "inference-header-content-length";

  private final InferRequest request;
  private final boolean stream;

  /**
   * @param stream whether there may be any number of responses
   */
  public InferOperation(InferRequest request, boolean stream) {
    this.request = request;
    this.stream = stream;
  }

  @Override
  public RequestInfo info() {
    return new RequestInfo(
        "infer", request.model(), request.modelVersion(), request.requestId(), stream);
  }

  @Override
  public Optional<Duration> timeout() {
    return request.timeout();
  }

  /** A step of a sequence changes the state that the model keeps of it. */
  @Override
  public boolean isRepeatable() {
    return !request.parameters().containsKey("sequence_id");
  }

  @Override
  public GrpcOperation<?, ?, InferResult> grpc() {
    ModelInferRequest.Builder message =
        GrpcMessages.request(
            request.model(),
            request.modelVersion(),
            request.requestId(),
            request.inputs(),
            request.outputs(),
            request.parameters());
    if (!stream) {
      return new GrpcOperation<>(
          GRPCInferenceServiceGrpc.getModelInferMethod(),
          message.build(),
          new SingleReader<ModelInferResponse, InferResult>(GrpcMessages::result));
    }
    message.putParameters(
        GrpcMessages.EMPTY_FINAL, GrpcMessages.parameter(GrpcMessages.EMPTY_FINAL, true));
    return new GrpcOperation<>(
        GRPCInferenceServiceGrpc.getModelStreamInferMethod(), message.build(), new StreamReader());
  }

  @Override
  public HttpOperation<InferResult> http(long timeoutMicros) {
    if (stream) {
      throw new ReadException(
          ErrorCode.UNSUPPORTED, "HTTP has no streams of tensors; use a gRPC endpoint");
    }
    byte[] head = Json.bytes(json -> InferJson.write(json, request, timeoutMicros));
    ByteArrayOutputStream body = new ByteArrayOutputStream(head.length + 1024);
    body.writeBytes(head);
    for (Tensor tensor : request.inputs()) {
      ByteBuffer content = tensor.content();
      byte[] bytes = new byte[content.remaining()];
      content.get(bytes);
      body.writeBytes(bytes);
    }
    Map<String, String> headers = new HashMap<>();
    headers.put("content-type", "application/octet-stream");
    headers.put(JSON_LENGTH, Integer.toString(head.length));
    return new HttpOperation<>(
        "POST",
        HttpPaths.model(request.model(), request.modelVersion()) + "/infer",
        headers,
        body.toByteArray(),
        new WholeBodyReader<>((answer, sink) -> sink.accept(read(answer))));
  }

  private static InferResult read(HttpBody body) {
    int length = body.bytes().length;
    String header = body.headers().get(JSON_LENGTH);
    if (header != null) {
      try {
        length = Integer.parseInt(header.strip());
      } catch (NumberFormatException e) {
        length = -1;
      }
      if (length < 0 || length > body.bytes().length) {
        throw ReadException.protocol(
            "header " + JSON_LENGTH + "=" + header + " is not in [0, " + body.bytes().length + "]");
      }
    }
    JsonNode json = body.json(length);
    int at = length;
    List<Tensor> outputs = new ArrayList<>();
    for (JsonNode output : json.path("outputs")) {
      String name = output.path("name").asText();
      Datatype type = ResponseTensors.datatype(output.path("datatype").asText(), name);
      JsonNode dims = output.path("shape");
      long[] shape = new long[dims.size()];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = dims.get(i).asLong();
      }
      JsonNode size = output.path("parameters").path("binary_data_size");
      if (size.isMissingNode()) {
        outputs.add(TensorJson.read(name, type, shape, output.path("data")));
        continue;
      }
      int bytes = size.asInt(-1);
      if (bytes < 0 || bytes > body.bytes().length - at) {
        throw ReadException.protocol(
            "output '" + name + "' has binary_data_size " + size + ", beyond the body");
      }
      ByteBuffer content = ByteBuffer.wrap(body.bytes(), at, bytes);
      outputs.add(ResponseTensors.of(name, type, shape, content));
      at += bytes;
    }
    Map<String, Object> parameters = new HashMap<>();
    json.path("parameters")
        .properties()
        .forEach(member -> parameters.put(member.getKey(), Json.parameter(member.getValue())));
    return new InferResult(
        json.path("model_name").asText(),
        json.path("model_version").asText(),
        json.path("id").asText(),
        outputs,
        parameters);
  }

  /** Reads the messages of a stream that carries this one request. */
  private static final class StreamReader
      implements ResponseReader<ModelStreamInferResponse, InferResult> {
    private boolean ended;

    @Override
    public void read(ModelStreamInferResponse message, Consumer<InferResult> sink) {
      if (!message.getErrorMessage().isEmpty()) {
        throw new ReadException(ErrorCode.UNKNOWN, message.getErrorMessage());
      }
      ModelInferResponse response = message.getInferResponse();
      ended |= GrpcMessages.isFinal(response);
      if (response.getOutputsCount() > 0 || !ended) {
        sink.accept(GrpcMessages.result(response));
      }
    }

    @Override
    public void end(Consumer<InferResult> sink) {
      if (!ended) {
        throw ReadException.protocol("the stream ended before the last response");
      }
    }
  }
}

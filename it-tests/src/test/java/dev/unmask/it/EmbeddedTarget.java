package dev.unmask.it;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import dev.unmask.request.Datatype;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The embedded server over gRPC: a stream for each request, so that each can be cancelled. */
final class EmbeddedTarget implements ServingTarget {
  private static final String FINAL = "triton_final_response";
  private static final String EMPTY_FINAL = "triton_enable_empty_final_response";

  private final EmbeddedServer server;
  private final GrpcClientFixture grpc;

  EmbeddedTarget(EmbeddedServer server) {
    this.server = server;
    this.grpc = new GrpcClientFixture(server.grpcPort());
  }

  @Override
  public InferenceCall infer(String model, InferRequest request, ResponseObserver observer) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    Receiver receiver = new Receiver(observer);
    GRPCInferenceServiceGrpc.newStub(grpc.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .modelStreamInfer(receiver);
    receiver.requests.onNext(message(model, request));
    receiver.requests.onCompleted();
    return () -> receiver.requests.cancel("the client gave it up", null);
  }

  private static ModelInferRequest message(String model, InferRequest request) {
    ModelInferRequest.Builder message =
        ModelInferRequest.newBuilder().setModelName(model).setId(request.id());
    for (Tensor tensor : request.inputs()) {
      InferInputTensor.Builder input =
          InferInputTensor.newBuilder()
              .setName(tensor.name())
              .setDatatype(tensor.datatype().name());
      for (long dim : tensor.shape()) {
        input.addShape(dim);
      }
      message.addInputs(input).addRawInputContents(ByteString.copyFrom(tensor.content()));
    }
    request
        .requestedOutputs()
        .forEach(name -> message.addOutputs(InferRequestedOutputTensor.newBuilder().setName(name)));
    request.parameters().forEach((name, value) -> message.putParameters(name, parameter(value)));
    return message.putParameters(EMPTY_FINAL, parameter(true)).build();
  }

  private static InferParameter parameter(Object value) {
    InferParameter.Builder parameter = InferParameter.newBuilder();
    if (value instanceof String text) {
      return parameter.setStringParam(text).build();
    }
    if (value instanceof Long number) {
      return parameter.setInt64Param(number).build();
    }
    if (value instanceof Double number) {
      return parameter.setDoubleParam(number).build();
    }
    return parameter.setBoolParam((Boolean) value).build();
  }

  @Override
  public Scrape scrape() {
    return Scrape.of(server);
  }

  @Override
  public void close() {
    grpc.close();
    server.close();
  }

  private static final class Receiver
      implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
    private final ResponseObserver observer;
    private ClientCallStreamObserver<ModelInferRequest> requests;
    private boolean ended;

    Receiver(ResponseObserver observer) {
      this.observer = observer;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> client) {
      requests = client;
    }

    @Override
    public void onNext(ModelStreamInferResponse message) {
      ModelInferResponse response = message.getInferResponse();
      boolean last = response.getParametersOrThrow(FINAL).getBoolParam();
      ended = last;
      if (last && response.getOutputsCount() == 0) {
        observer.onCompleted();
      } else {
        observer.onResponse(new InferResponse(Map.of(), outputs(response)), last);
      }
    }

    private static List<Tensor> outputs(ModelInferResponse response) {
      List<Tensor> outputs = new ArrayList<>();
      for (int i = 0; i < response.getOutputsCount(); i++) {
        ModelInferResponse.InferOutputTensor output = response.getOutputs(i);
        outputs.add(
            Tensor.of(
                output.getName(),
                Datatype.of(output.getDatatype(), output.getName()),
                output.getShapeList().stream().mapToLong(Long::longValue).toArray(),
                response.getRawOutputContents(i).asReadOnlyByteBuffer()));
      }
      return outputs;
    }

    @Override
    public void onError(Throwable t) {
      Status status = Status.fromThrowable(t);
      ended = true;
      observer.onError(new UnmaskException(code(status), String.valueOf(status.getDescription())));
    }

    private static ErrorCode code(Status status) {
      return status.getCode() == Status.Code.UNIMPLEMENTED
          ? ErrorCode.UNSUPPORTED
          : ErrorCode.valueOf(status.getCode().name());
    }

    @Override
    public void onCompleted() {
      if (!ended) {
        observer.onError(new UnmaskException(ErrorCode.INTERNAL, "no final response came"));
      }
    }
  }
}

package dev.unmask.it;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.InferTensorContents;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Requests over gRPC with the plain stubs. */
final class GrpcClientFixture implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 120;

  private final ManagedChannel channel;

  GrpcClientFixture(int port) {
    this(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
  }

  GrpcClientFixture(ManagedChannel channel) {
    this.channel = channel;
  }

  GRPCInferenceServiceBlockingStub blocking() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  GRPCInferenceServiceStub async() {
    return GRPCInferenceServiceGrpc.newStub(channel);
  }

  ManagedChannel channel() {
    return channel;
  }

  /** Opens a ModelStreamInfer call. */
  GrpcStream stream() {
    return GrpcStream.open(async());
  }

  /** Opens a ModelStreamInfer call that sends a metadata entry. */
  GrpcStream stream(String key, String value) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
    return GrpcStream.open(
        async().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata)));
  }

  /** All responses to requests on one stream, in the order in which they came. */
  List<ModelStreamInferResponse> streamAll(ModelInferRequest... requests) {
    try (GrpcStream stream = stream()) {
      for (ModelInferRequest request : requests) {
        stream.send(request);
      }
      return stream.rest();
    }
  }

  static ModelInferRequest.Builder request(String model, InferInputTensor... inputs) {
    return ModelInferRequest.newBuilder().setModelName(model).addAllInputs(Arrays.asList(inputs));
  }

  static InferInputTensor texts(String name, String... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (String value : values) {
      contents.addBytesContents(ByteString.copyFromUtf8(value));
    }
    return tensor(name, "BYTES", values.length, contents);
  }

  static InferInputTensor ints(String name, int... values) {
    List<Integer> all = Arrays.stream(values).boxed().collect(Collectors.toList());
    return tensor(
        name, "INT32", values.length, InferTensorContents.newBuilder().addAllIntContents(all));
  }

  static InferInputTensor bool(String name, boolean value) {
    return tensor(name, "BOOL", 1, InferTensorContents.newBuilder().addBoolContents(value));
  }

  static InferInputTensor real(String name, float value) {
    return tensor(name, "FP32", 1, InferTensorContents.newBuilder().addFp32Contents(value));
  }

  static InferInputTensor unsigned(String name, long value) {
    return tensor(name, "UINT64", 1, InferTensorContents.newBuilder().addUint64Contents(value));
  }

  /** A tensor whose data are elsewhere. */
  static InferInputTensor described(String name, String datatype, long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long dim : shape) {
      input.addShape(dim);
    }
    return input.build();
  }

  private static InferInputTensor tensor(
      String name, String datatype, int elements, InferTensorContents.Builder contents) {
    return described(name, datatype, elements).toBuilder().setContents(contents).build();
  }

  static InferParameter flag(boolean value) {
    return InferParameter.newBuilder().setBoolParam(value).build();
  }

  static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      if (!channel.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the channel does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

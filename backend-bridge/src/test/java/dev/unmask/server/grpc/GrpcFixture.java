package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.unmask.protocol.ModelInferRequest;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;
import picocli.CommandLine;

/** A front end on a free loopback port and a channel to it. */
final class GrpcFixture implements AutoCloseable {
  static final long TIMEOUT_SECONDS = FakeServedModel.TIMEOUT_SECONDS;

  final FakeInferenceServer server = new FakeInferenceServer();
  final GrpcFrontEnd frontEnd;
  final ManagedChannel channel;

  private GrpcFixture(String... options) {
    frontEnd = new GrpcFrontEnd(options(options), server);
    frontEnd.start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", frontEnd.port())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  static GrpcFixture start(String... options) {
    return new GrpcFixture(options);
  }

  /** Options as the command line gives them, on a free loopback port unless they say otherwise. */
  static GrpcOptions options(String... given) {
    List<String> arguments = new ArrayList<>(List.of("--grpc-address=127.0.0.1"));
    List<String> all = List.of(given);
    if (all.stream().noneMatch(argument -> argument.startsWith("--grpc-port"))) {
      arguments.add("--grpc-port=0");
    }
    arguments.addAll(all);
    GrpcOptions options = new GrpcOptions();
    new CommandLine(options)
        .setOverwrittenOptionsAllowed(true)
        .parseArgs(arguments.toArray(String[]::new));
    return options;
  }

  GRPCInferenceServiceBlockingStub blocking() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  GRPCInferenceServiceStub async() {
    return GRPCInferenceServiceGrpc.newStub(channel);
  }

  static ClientInterceptor metadata(String key, String value) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
    return MetadataUtils.newAttachHeadersInterceptor(metadata);
  }

  /** A request without inputs. */
  static ModelInferRequest request(String model, String id) {
    return ModelInferRequest.newBuilder().setModelName(model).setId(id).build();
  }

  static void assertFails(Status.Code code, String message, Executable call) {
    Status status = assertThrows(StatusRuntimeException.class, call).getStatus();
    assertEquals(code, status.getCode(), () -> status.toString());
    assertEquals(message, status.getDescription());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    frontEnd.close();
    try {
      if (!channel.awaitTermination(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("channel did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}

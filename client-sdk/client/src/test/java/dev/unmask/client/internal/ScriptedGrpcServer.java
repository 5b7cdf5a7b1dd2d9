package dev.unmask.client.internal;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import dev.unmask.protocol.ModelStreamInferResponse;
import dev.unmask.protocol.ServerReadyRequest;
import dev.unmask.protocol.ServerReadyResponse;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of gRPC that answers every streamed request as a script says. */
final class ScriptedGrpcServer implements AutoCloseable {
  /** How a request is answered. */
  interface Script {
    void answer(
        ModelInferRequest request, ServerCallStreamObserver<ModelStreamInferResponse> responses);
  }

  private final Server server;
  private final AtomicInteger requests = new AtomicInteger();
  private final Queue<Metadata> headers = new ConcurrentLinkedQueue<>();
  private volatile boolean ready = true;

  ScriptedGrpcServer(Script script) throws IOException {
    this(0, script);
  }

  ScriptedGrpcServer(int port, Script script) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, S> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, S> call, Metadata received, ServerCallHandler<Q, S> next) {
                    headers.add(received);
                    return next.startCall(call, received);
                  }
                })
            .addService(
                new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                  @Override
                  public StreamObserver<ModelInferRequest> modelStreamInfer(
                      StreamObserver<ModelStreamInferResponse> responses) {
                    return new Requests(
                        script, (ServerCallStreamObserver<ModelStreamInferResponse>) responses);
                  }

                  @Override
                  public void serverReady(
                      ServerReadyRequest request, StreamObserver<ServerReadyResponse> response) {
                    response.onNext(ServerReadyResponse.newBuilder().setReady(ready).build());
                    response.onCompleted();
                  }
                })
            .build()
            .start();
  }

  private final class Requests implements StreamObserver<ModelInferRequest> {
    private final Script script;
    private final ServerCallStreamObserver<ModelStreamInferResponse> responses;

    Requests(Script script, ServerCallStreamObserver<ModelStreamInferResponse> responses) {
      this.script = script;
      this.responses = responses;
      responses.setOnCancelHandler(() -> {});
    }

    @Override
    public void onNext(ModelInferRequest request) {
      requests.incrementAndGet();
      script.answer(request, responses);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}
  }

  /** A response with text. */
  static ModelStreamInferResponse text(String text, boolean last) {
    ModelInferResponse.Builder response = ModelInferResponse.newBuilder().setModelName("m");
    bytes(response, "text_output", text);
    if (last) {
      bytes(response, "finish_reason", "stop");
    }
    response.putParameters(
        GrpcMessages.FINAL, InferParameter.newBuilder().setBoolParam(last).build());
    return ModelStreamInferResponse.newBuilder().setInferResponse(response).build();
  }

  private static void bytes(ModelInferResponse.Builder response, String name, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer content = ByteBuffer.allocate(4 + utf8.length).order(ByteOrder.LITTLE_ENDIAN);
    content.putInt(utf8.length).put(utf8).flip();
    response
        .addOutputs(InferOutputTensor.newBuilder().setName(name).setDatatype("BYTES").addShape(1))
        .addRawOutputContents(ByteString.copyFrom(content));
  }

  String uri() {
    return "grpc://localhost:" + server.getPort();
  }

  int port() {
    return server.getPort();
  }

  /** Streamed requests that came. */
  int requests() {
    return requests.get();
  }

  /** Headers of all calls. */
  Queue<Metadata> headers() {
    return headers;
  }

  void setReady(boolean value) {
    ready = value;
  }

  /** Sends GOAWAY; what is in progress may end. */
  void goAway() {
    server.shutdown();
  }

  /** Whether the call of this context was given up. */
  static boolean isCancelled() {
    return Context.current().isCancelled();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

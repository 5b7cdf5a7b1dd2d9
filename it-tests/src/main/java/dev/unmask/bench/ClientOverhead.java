package dev.unmask.bench;

import com.google.protobuf.ByteString;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.UnmaskClient;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelInferResponse.InferOutputTensor;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The client SDK against a stub of gRPC that does the same by hand: one generation with a number of
 * streamed responses, each with a few characters, from a server in the same process that computes
 * nothing. The difference at 1 is what a call costs, and what it grows by is what a response costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class ClientOverhead {
  private static final String FINAL = "triton_final_response";

  /** Responses of a generation. */
  @Param({"1", "257"})
  int responses;

  private Server server;
  private EventLoopGroup threads;
  private ManagedChannel channel;
  private GRPCInferenceServiceStub stub;
  private UnmaskClient client;
  private GenerateRequest request;

  /** Starts server and clients. */
  @Setup
  public void start() throws IOException {
    ModelStreamInferResponse middle = response(false);
    ModelStreamInferResponse last = response(true);
    int count = responses;
    server =
        NettyServerBuilder.forPort(0)
            .directExecutor()
            .addService(
                new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                  @Override
                  public StreamObserver<ModelInferRequest> modelStreamInfer(
                      StreamObserver<ModelStreamInferResponse> observer) {
                    return new StreamObserver<>() {
                      @Override
                      public void onNext(ModelInferRequest ignored) {
                        for (int i = 1; i < count; i++) {
                          observer.onNext(middle);
                        }
                        observer.onNext(last);
                      }

                      @Override
                      public void onError(Throwable error) {}

                      @Override
                      public void onCompleted() {
                        observer.onCompleted();
                      }
                    };
                  }
                })
            .build()
            .start();
    // As many threads as the client has; gRPC's own would be the server's too.
    threads = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    channel =
        NettyChannelBuilder.forAddress("localhost", server.getPort())
            .usePlaintext()
            .eventLoopGroup(threads)
            .channelType(EpollSocketChannel.class)
            .directExecutor()
            .build();
    stub = GRPCInferenceServiceGrpc.newStub(channel);
    client = UnmaskClient.connect("grpc://localhost:" + server.getPort());
    request = GenerateRequest.builder("m").prompt("Hello").maxTokens(96).build();
  }

  /** Stops them. */
  @TearDown
  public void stop() {
    client.close();
    channel.shutdownNow();
    Future<?> unused = threads.shutdownGracefully().awaitUninterruptibly();
    server.shutdownNow();
  }

  private static ModelStreamInferResponse response(boolean last) {
    ModelInferResponse.Builder message =
        ModelInferResponse.newBuilder().setModelName("m").setModelVersion("1");
    output(message, "text_output", "some text");
    if (last) {
      output(message, "finish_reason", "stop");
    }
    message.putParameters(FINAL, InferParameter.newBuilder().setBoolParam(last).build());
    return ModelStreamInferResponse.newBuilder().setInferResponse(message).build();
  }

  private static void output(ModelInferResponse.Builder message, String name, String text) {
    message
        .addOutputs(InferOutputTensor.newBuilder().setName(name).setDatatype("BYTES").addShape(1))
        .addRawOutputContents(bytes(text));
  }

  private static ByteString bytes(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer content =
        ByteBuffer.allocate(Integer.BYTES + utf8.length).order(ByteOrder.LITTLE_ENDIAN);
    return ByteString.copyFrom(content.putInt(utf8.length).put(utf8).flip());
  }

  /** What a stub's observer does with texts. */
  private interface Texts {
    void add(String text);

    /** The end; null where it is a good one. */
    void end(Throwable error);
  }

  private void call(Texts texts) {
    ModelInferRequest.Builder message = ModelInferRequest.newBuilder().setModelName("m");
    message
        .addInputs(
            InferInputTensor.newBuilder().setName("text_input").setDatatype("BYTES").addShape(1))
        .addRawInputContents(bytes("Hello"));
    message.putParameters("max_tokens", InferParameter.newBuilder().setInt64Param(96).build());
    message.putParameters("stream", InferParameter.newBuilder().setBoolParam(true).build());
    StreamObserver<ModelInferRequest> call =
        stub.modelStreamInfer(
            new StreamObserver<>() {
              @Override
              public void onNext(ModelStreamInferResponse response) {
                ByteString raw = response.getInferResponse().getRawOutputContents(0);
                texts.add(raw.substring(Integer.BYTES).toStringUtf8());
              }

              @Override
              public void onError(Throwable error) {
                texts.end(error);
              }

              @Override
              public void onCompleted() {
                texts.end(null);
              }
            });
    call.onNext(message.build());
    call.onCompleted();
  }

  /** By hand: the same inputs, the text of all responses, the end. */
  @Benchmark
  public String stub() {
    CompletableFuture<String> whole = new CompletableFuture<>();
    StringBuilder all = new StringBuilder();
    call(
        new Texts() {
          @Override
          public void add(String text) {
            all.append(text);
          }

          @Override
          public void end(Throwable error) {
            whole.complete(all.toString());
          }
        });
    return whole.join();
  }

  /** By hand: every text handed to the thread that wants it. */
  @Benchmark
  public String stubIterator() throws InterruptedException {
    LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
    call(
        new Texts() {
          @Override
          public void add(String text) {
            queue.add(text);
          }

          @Override
          public void end(Throwable error) {
            queue.add("");
          }
        });
    StringBuilder all = new StringBuilder();
    for (String text = queue.take(); !text.isEmpty(); text = queue.take()) {
      all.append(text);
    }
    return all.toString();
  }

  /** Events told to a subscriber. */
  @Benchmark
  public GenerateResult publisher() {
    CompletableFuture<GenerateResult> result = new CompletableFuture<>();
    client
        .publish(request)
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(GenerationEvent event) {
                if (event instanceof GenerationEvent.Finished finished) {
                  result.complete(finished.result());
                }
              }

              @Override
              public void onError(Throwable error) {
                result.completeExceptionally(error);
              }

              @Override
              public void onComplete() {}
            });
    return result.join();
  }

  /** Events taken from an iterator, by another thread than the one that reads. */
  @Benchmark
  public GenerateResult iterator() {
    try (GenerationStream stream = client.stream(request)) {
      return stream.result();
    }
  }
}

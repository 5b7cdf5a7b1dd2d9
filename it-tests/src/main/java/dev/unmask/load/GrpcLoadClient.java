package dev.unmask.load;

import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Streams over ModelStreamInfer; listeners are told on the channel's event loop. */
final class GrpcLoadClient implements LoadClient {
  private final GRPCInferenceServiceStub stub;
  private Stream stream;

  GrpcLoadClient(ManagedChannel channel) {
    stub = GRPCInferenceServiceGrpc.newStub(channel);
  }

  @Override
  public LoadCall start(LoadRequest request, ChunkListener listener) {
    if (stream == null || stream.isBroken()) {
      stream = new Stream();
      stub.modelStreamInfer(stream);
    }
    Call call = new Call(stream, listener);
    stream.send(call, GrpcMessages.request(request));
    return call;
  }

  @Override
  public void close() {
    if (stream != null && !stream.isBroken()) {
      stream.requests.onCompleted();
    }
  }

  /** A ModelStreamInfer call with at most one request in progress. */
  private static final class Stream
      implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
    private final AtomicReference<Call> current = new AtomicReference<>();
    private ClientCallStreamObserver<ModelInferRequest> requests;
    private volatile boolean broken;

    boolean isBroken() {
      return broken;
    }

    void send(Call call, ModelInferRequest message) {
      current.set(call);
      requests.onNext(message);
      // A stream that broke before the call became current has told nobody.
      if (broken) {
        end(call, LoadCall.Outcome.failed("stream is broken"));
      }
    }

    /** Ends the call unless it has ended; returns whether it had not. */
    boolean end(Call call, LoadCall.Outcome outcome) {
      if (!current.compareAndSet(call, null)) {
        return false;
      }
      call.outcome = outcome;
      call.ended.countDown();
      return true;
    }

    void cancel(Call call) {
      if (current.get() == call) {
        broken = true;
        if (end(call, LoadCall.Outcome.CANCELLED)) {
          requests.cancel("given up", null);
        }
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> observer) {
      requests = observer;
    }

    @Override
    public void onNext(ModelStreamInferResponse response) {
      long nanos = System.nanoTime();
      Call call = current.get();
      if (call == null) {
        return;
      }
      if (!response.getErrorMessage().isEmpty()) {
        end(call, LoadCall.Outcome.failed(response.getErrorMessage()));
        return;
      }
      if (response.getInferResponse().getOutputsCount() > 0) {
        call.listener.onChunk(call, GrpcMessages.chunk(nanos, response.getInferResponse()));
      }
      if (GrpcMessages.isLast(response.getInferResponse())) {
        end(call, LoadCall.Outcome.COMPLETE);
      }
    }

    @Override
    public void onError(Throwable t) {
      brokenBy(t.toString());
    }

    @Override
    public void onCompleted() {
      brokenBy("the server ended the stream");
    }

    private void brokenBy(String reason) {
      broken = true;
      Call call = current.get();
      if (call != null) {
        end(call, LoadCall.Outcome.failed(reason));
      }
    }
  }

  private static final class Call implements LoadCall {
    private final Stream stream;
    private final ChunkListener listener;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Outcome outcome;

    Call(Stream stream, ChunkListener listener) {
      this.stream = stream;
      this.listener = listener;
    }

    @Override
    public void cancel() {
      stream.cancel(this);
    }

    @Override
    public Outcome await() throws InterruptedException {
      ended.await();
      return outcome;
    }
  }
}

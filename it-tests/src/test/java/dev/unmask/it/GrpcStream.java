package dev.unmask.it;

import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One ModelStreamInfer call, seen from the client. */
final class GrpcStream implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 120;

  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private ClientCallStreamObserver<ModelInferRequest> requests;
  private Status status;

  private GrpcStream() {}

  static GrpcStream open(GRPCInferenceServiceStub stub) {
    GrpcStream stream = new GrpcStream();
    stub.modelStreamInfer(stream.new Receiver());
    return stream;
  }

  GrpcStream send(ModelInferRequest request) {
    requests.onNext(request);
    return this;
  }

  /** The next response; null at the end of the call. */
  ModelStreamInferResponse next() {
    if (status != null) {
      return null;
    }
    try {
      Object next = received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (next instanceof ModelStreamInferResponse response) {
        return response;
      }
      if (next == null) {
        throw new AssertionError("nothing came");
      }
      status = (Status) next;
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Ends the client's side and returns what is left. */
  List<ModelStreamInferResponse> rest() {
    requests.onCompleted();
    List<ModelStreamInferResponse> all = new ArrayList<>();
    for (ModelStreamInferResponse next = next(); next != null; next = next()) {
      all.add(next);
    }
    if (!status.isOk()) {
      throw new AssertionError(status.toString());
    }
    return all;
  }

  /** How the call ended; waits for the end and passes over responses. */
  Status status() {
    while (status == null) {
      next();
    }
    return status;
  }

  void cancel() {
    requests.cancel("the client has had enough", null);
  }

  @Override
  public void close() {
    cancel();
  }

  private final class Receiver
      implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> client) {
      requests = client;
    }

    @Override
    public void onNext(ModelStreamInferResponse response) {
      received.add(response);
    }

    @Override
    public void onError(Throwable t) {
      received.add(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
      received.add(Status.OK);
    }
  }
}

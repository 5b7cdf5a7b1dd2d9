package dev.unmask.server.grpc;

import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelStreamInferResponse;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ModelStreamInfer call: any number of requests, whose responses go out as they come, each
 * request's in order.
 *
 * <p>Requests are read on the call's own serial executor. Responses come from the decode threads of
 * the models, so writing is under a lock; gRPC takes a message without blocking. What a slow client
 * has not read is kept by gRPC, and stays bounded: no further request is read until it has caught
 * up, and the requests that were read generate no more than their length limits allow.
 *
 * <p>The end of the call, whoever brings it about, gives up all requests in progress.
 */
final class InferenceStream implements StreamObserver<ModelInferRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(InferenceStream.class);

  private final InferenceServer server;
  private final Admission admission;
  private final ServerCallStreamObserver<ModelStreamInferResponse> client;
  private final CallInfo info;

  /** Whether reading waits for the client to catch up. Only on the call's executor. */
  private boolean paused;

  /** Guards what follows, and the writing side of {@link #client}. */
  private final Object lock = new Object();

  private final Set<StreamedRequest> inProgress = new HashSet<>();
  private final ResponseOrder order = new ResponseOrder();
  private boolean allRead;
  private boolean ended;

  private InferenceStream(
      InferenceServer server,
      Admission admission,
      ServerCallStreamObserver<ModelStreamInferResponse> client,
      CallInfo info) {
    this.server = server;
    this.admission = admission;
    this.client = client;
    this.info = info;
  }

  /** Begins to serve a call; returns what takes its requests. */
  static StreamObserver<ModelInferRequest> open(
      InferenceServer server,
      Admission admission,
      ServerCallStreamObserver<ModelStreamInferResponse> client,
      CallInfo info) {
    InferenceStream stream = new InferenceStream(server, admission, client, info);
    client.setOnCancelHandler(stream::giveUp);
    client.setOnReadyHandler(stream::resume);
    client.disableAutoRequest();
    client.request(1);
    return stream;
  }

  @Override
  public void onNext(ModelInferRequest message) {
    StreamedRequest request = new StreamedRequest(this, message);
    synchronized (lock) {
      if (ended) {
        return;
      }
      inProgress.add(request);
    }
    try {
      admission.check();
      request.start(server.model(request.modelName(), request.modelVersion()));
    } catch (RuntimeException e) {
      fail(request, GrpcErrors.caught(e, info.requestId()));
    }
    paused = true;
    resume();
  }

  @Override
  public void onError(Throwable t) {
    giveUp();
  }

  @Override
  public void onCompleted() {
    synchronized (lock) {
      allRead = true;
      endIfDone();
    }
  }

  private void resume() {
    boolean ready;
    synchronized (lock) {
      ready = client.isReady();
    }
    if (paused && ready) {
      paused = false;
      client.request(1);
    }
  }

  /** The request's response goes out after those of the requests before it. */
  void keepOrder(StreamedRequest request) {
    synchronized (lock) {
      order.add(request);
    }
  }

  /**
   * Writes a response.
   *
   * @param last whether it is the request's last
   */
  void write(StreamedRequest request, ModelStreamInferResponse response, boolean last) {
    synchronized (lock) {
      if (ended) {
        return;
      }
      order.take(request, response, client::onNext);
      if (last) {
        finish(request);
      }
    }
  }

  /** Nothing more comes of a request. */
  void finish(StreamedRequest request) {
    synchronized (lock) {
      inProgress.remove(request);
      endIfDone();
    }
  }

  /** A request failed. The client is told, or the call ends where it wants that. */
  void fail(StreamedRequest request, UnmaskException error) {
    LOG.debug(
        "[request id: {}] a request of the stream failed: {}", info.requestId(), error.code());
    if (!info.endsStreamOnError()) {
      write(request, request.failure(error), true);
      return;
    }
    synchronized (lock) {
      if (ended) {
        return;
      }
      ended = true;
      inProgress.remove(request);
      client.onError(GrpcErrors.exception(error));
    }
    giveUp();
  }

  private void endIfDone() {
    if (allRead && !ended && inProgress.isEmpty()) {
      ended = true;
      client.onCompleted();
    }
  }

  private void giveUp() {
    List<StreamedRequest> abandoned;
    synchronized (lock) {
      ended = true;
      abandoned = List.copyOf(inProgress);
      inProgress.clear();
    }
    abandoned.forEach(StreamedRequest::cancel);
  }
}

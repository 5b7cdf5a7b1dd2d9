package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The client's side of one ModelStreamInfer call. */
final class StreamClient
    implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
  private final boolean reads;
  private final BlockingQueue<ModelStreamInferResponse> responses = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private ClientCallStreamObserver<ModelInferRequest> call;

  private StreamClient(boolean reads) {
    this.reads = reads;
  }

  static StreamClient open(GRPCInferenceServiceStub stub) {
    return open(stub, true);
  }

  /**
   * @param reads whether responses are read as they come, or only after {@link #readAll}
   */
  static StreamClient open(GRPCInferenceServiceStub stub, boolean reads) {
    StreamClient client = new StreamClient(reads);
    assertNotNull(stub.modelStreamInfer(client));
    return client;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ModelInferRequest> requests) {
    call = requests;
    if (!reads) {
      requests.disableAutoRequestWithInitial(0);
    }
  }

  void readAll() {
    call.request(Integer.MAX_VALUE);
  }

  StreamClient send(String model, String id) {
    return send(GrpcFixture.request(model, id));
  }

  StreamClient send(ModelInferRequest request) {
    call.onNext(request);
    return this;
  }

  /** Sends a request that wants to be told its end. */
  StreamClient sendWithEmptyFinal(String model, String id) {
    return send(
        GrpcFixture.request(model, id).toBuilder()
            .putParameters(
                "triton_enable_empty_final_response",
                InferParameter.newBuilder().setBoolParam(true).build())
            .build());
  }

  void halfClose() {
    call.onCompleted();
  }

  void cancel() {
    call.cancel("client gives up", null);
  }

  ModelStreamInferResponse next() throws InterruptedException {
    ModelStreamInferResponse response =
        responses.poll(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    assertNotNull(response, () -> "no response, stream: " + end.getNow(null));
    return response;
  }

  /** The next response, which must be no error and carry one text. */
  void expect(String id, String text, boolean last) throws InterruptedException {
    ModelStreamInferResponse response = next();
    assertEquals("", response.getErrorMessage());
    ModelInferResponse content = response.getInferResponse();
    assertEquals(id, content.getId());
    assertEquals(text, text(content));
    assertEquals(last, isFinal(response));
  }

  /** The next response, which must be an error, the request's last. */
  void expectError(String id, String message) throws InterruptedException {
    ModelStreamInferResponse response = next();
    assertEquals(message, response.getErrorMessage());
    assertEquals(id, response.getInferResponse().getId());
    assertTrue(isFinal(response));
  }

  static String text(ModelInferResponse response) {
    assertEquals(1, response.getRawOutputContentsCount());
    return response.getRawOutputContents(0).substring(Integer.BYTES).toStringUtf8();
  }

  static boolean isFinal(ModelStreamInferResponse response) {
    InferParameter parameter =
        response.getInferResponse().getParametersMap().get("triton_final_response");
    assertNotNull(parameter);
    assertTrue(parameter.hasBoolParam());
    return parameter.getBoolParam();
  }

  Status end() throws InterruptedException {
    try {
      return end.get(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("stream did not end", e);
    }
  }

  boolean hasResponse() {
    return !responses.isEmpty();
  }

  @Override
  public void onNext(ModelStreamInferResponse response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable t) {
    end.complete(Status.fromThrowable(t));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }
}

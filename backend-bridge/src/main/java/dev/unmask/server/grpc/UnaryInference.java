package dev.unmask.server.grpc;

import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * One ModelInfer call. Given up as soon as the client cancels it, goes away, or its deadline
 * passes.
 */
final class UnaryInference implements SingleResponse.Outcome {
  private final ServedModel model;
  private final String id;
  private final ServerCallStreamObserver<ModelInferResponse> client;

  private UnaryInference(
      ServedModel model, String id, ServerCallStreamObserver<ModelInferResponse> client) {
    this.model = model;
    this.id = id;
    this.client = client;
  }

  /**
   * Starts it.
   *
   * @throws UnmaskException UNSUPPORTED for a decoupled model, INVALID_ARGUMENT for a request that
   *     cannot be read; then the client has been told nothing
   */
  static void start(
      ServedModel model,
      ModelInferRequest message,
      ServerCallStreamObserver<ModelInferResponse> client) {
    long arrivalNanos = System.nanoTime();
    if (model.isDecoupled()) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED,
          "ModelInfer RPC doesn't support models with decoupled transaction policy");
    }
    RequestParameters parameters = RequestParameters.read(message.getParametersMap());
    InferRequest request =
        InferMessages.request(message, parameters, arrivalNanos)
            .loggedAs(CallInfo.current().requestId());
    DeferredCall call = new DeferredCall();
    client.setOnCancelHandler(call::cancel);
    call.attach(
        model.infer(
            request,
            new SingleResponse(
                model.name(), call, new UnaryInference(model, message.getId(), client))));
  }

  @Override
  public void onSuccess(InferResponse response) {
    if (!client.isCancelled()) {
      client.onNext(InferMessages.response(model, id, response).build());
      client.onCompleted();
    }
  }

  @Override
  public void onFailure(UnmaskException error) {
    if (!client.isCancelled()) {
      client.onError(GrpcErrors.exception(error));
    }
  }
}

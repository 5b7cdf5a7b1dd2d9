package dev.unmask.server.grpc;

import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.ServedModel;

/**
 * One request of an {@link InferenceStream}: turns what its model gives into messages of the
 * stream. Called as its two interfaces say.
 */
final class StreamedRequest implements ResponseObserver, SingleResponse.Outcome {
  private static final String FINAL = "triton_final_response";

  private final InferenceStream stream;
  private final ModelInferRequest message;
  private final long arrivalNanos = System.nanoTime();
  private final DeferredCall call = new DeferredCall();
  private ServedModel model;
  private boolean emptyFinalResponse;

  /**
   * @param stream where the responses go
   */
  StreamedRequest(InferenceStream stream, ModelInferRequest message) {
    this.stream = stream;
    this.message = message;
  }

  /**
   * Hands the request to its model.
   *
   * @throws UnmaskException INVALID_ARGUMENT for a request that cannot be read
   */
  void start(ServedModel served) {
    model = served;
    RequestParameters parameters = RequestParameters.read(message.getParametersMap());
    emptyFinalResponse = parameters.emptyFinalResponse();
    InferRequest request =
        InferMessages.request(message, parameters, arrivalNanos)
            .loggedAs(CallInfo.current().requestId());
    if (served.isDecoupled()) {
      call.attach(served.infer(request, this));
    } else {
      stream.keepOrder(this);
      call.attach(served.infer(request, new SingleResponse(served.name(), call, this)));
    }
  }

  String modelName() {
    return message.getModelName();
  }

  String modelVersion() {
    return message.getModelVersion();
  }

  /** Gives it up. */
  void cancel() {
    call.cancel();
  }

  @Override
  public void onResponse(InferResponse response, boolean last) {
    ModelInferResponse.Builder content = InferMessages.response(model, message.getId(), response);
    stream.write(this, successful(content, last), last);
  }

  @Override
  public void onCompleted() {
    if (emptyFinalResponse) {
      stream.write(this, successful(withoutContent(), true), true);
    } else {
      stream.finish(this);
    }
  }

  @Override
  public void onError(UnmaskException error) {
    stream.fail(this, error);
  }

  @Override
  public void onSuccess(InferResponse response) {
    onResponse(response, true);
  }

  @Override
  public void onFailure(UnmaskException error) {
    onError(error);
  }

  /** The message that says why the request failed, its last. */
  ModelStreamInferResponse failure(UnmaskException error) {
    return successful(withoutContent(), true).toBuilder()
        .setErrorMessage(error.getMessage())
        .build();
  }

  private ModelInferResponse.Builder withoutContent() {
    return ModelInferResponse.newBuilder()
        .setId(message.getId())
        .setModelName(model == null ? message.getModelName() : model.name())
        .setModelVersion(model == null ? message.getModelVersion() : model.version());
  }

  private static ModelStreamInferResponse successful(
      ModelInferResponse.Builder content, boolean last) {
    content.putParameters(FINAL, InferParameter.newBuilder().setBoolParam(last).build());
    return ModelStreamInferResponse.newBuilder().setInferResponse(content).build();
  }
}

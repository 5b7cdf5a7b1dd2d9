package dev.unmask.server.http;

import dev.unmask.protocol.DataType;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelInput;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.protocol.ModelMetadataResponse.TensorMetadata;
import dev.unmask.protocol.ModelTransactionPolicy;
import dev.unmask.repository.ModelManifest;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import dev.unmask.server.ServedModel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;

/** A model that answers by a script, on the thread that asks unless the script says otherwise. */
final class FakeServedModel implements ServedModel {
  /** Requests seen, in order. */
  final BlockingQueue<InferRequest> requests = new LinkedBlockingQueue<>();

  /** Observers of requests seen, in order. */
  final BlockingQueue<ResponseObserver> observers = new LinkedBlockingQueue<>();

  /** Completes with the first cancelled request's observer. */
  final CompletableFuture<ResponseObserver> cancelled = new CompletableFuture<>();

  private final String name;
  private final boolean decoupled;
  private volatile List<TensorMetadata> inputs =
      List.of(
          input("text_input", "BYTES", 1),
          input("input_ids", "INT32", -1),
          input("max_tokens", "INT32", 1),
          input("stream", "BOOL", 1),
          input("temperature", "FP32", 1),
          input("seed", "UINT64", 1),
          input("stop_words", "BYTES", -1));
  private volatile BiConsumer<InferRequest, ResponseObserver> script = (request, observer) -> {};

  FakeServedModel(String name, boolean decoupled) {
    this.name = name;
    this.decoupled = decoupled;
  }

  static TensorMetadata input(String name, String datatype, long dim) {
    return TensorMetadata.newBuilder().setName(name).setDatatype(datatype).addShape(dim).build();
  }

  /** What happens with a request. */
  void script(BiConsumer<InferRequest, ResponseObserver> answer) {
    script = answer;
  }

  /** Answers every request with one final response. */
  void answer(Tensor... outputs) {
    script(
        (request, observer) ->
            observer.onResponse(new InferResponse(Map.of(), List.of(outputs)), true));
  }

  void inputs(TensorMetadata... metadata) {
    inputs = List.of(metadata);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public ModelMetadataResponse metadata() {
    return ModelMetadataResponse.newBuilder()
        .setName(name)
        .addVersions("1")
        .setPlatform("unmask")
        .addAllInputs(inputs)
        .addOutputs(input("text_output", "BYTES", -1))
        .build();
  }

  @Override
  public ModelConfig config() {
    return ModelConfig.newBuilder()
        .setName(name)
        .addInput(ModelInput.newBuilder().setName("text_input").setDataType(DataType.TYPE_STRING))
        .setModelTransactionPolicy(ModelTransactionPolicy.newBuilder().setDecoupled(decoupled))
        .build();
  }

  @Override
  public ModelManifest manifest() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean hasChatTemplate() {
    return false;
  }

  @Override
  public boolean isDecoupled() {
    return decoupled;
  }

  @Override
  public InferenceCall infer(InferRequest request, ResponseObserver observer) {
    requests.add(request);
    observers.add(observer);
    script.accept(request, observer);
    return () -> cancelled.complete(observer);
  }

  @Override
  public InferenceCall generate(GenerationInput input, GenerationObserver observer) {
    throw new UnsupportedOperationException();
  }
}

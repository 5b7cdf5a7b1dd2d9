package dev.unmask.server.openai;

import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.repository.ModelManifest;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.server.ServedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A model whose generations a test brings forward. One thread. */
final class FakeModel implements ServedModel {
  private final String name;

  final List<GenerationInput> inputs = new ArrayList<>();
  Map<String, String> hashes = Map.of("model.onnx", "aa", "tokenizer.json", "bb");
  boolean chatTemplate = true;
  int cancels;

  /** The observer of the last generation. */
  GenerationObserver observer;

  /** What happens with a generation within the call that starts it. */
  Consumer<GenerationObserver> script = started -> {};

  FakeModel(String name) {
    this.name = name;
  }

  /** What the last generation was asked with. */
  GenerationInput input() {
    return inputs.get(inputs.size() - 1);
  }

  @Override
  public InferenceCall generate(GenerationInput input, GenerationObserver started) {
    inputs.add(input);
    observer = started;
    script.accept(started);
    return () -> cancels++;
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
  public boolean hasChatTemplate() {
    return chatTemplate;
  }

  @Override
  public ModelManifest manifest() {
    return new ModelManifest(
        1,
        name,
        "llama",
        "causal",
        false,
        16,
        1,
        1,
        1,
        1,
        1,
        1,
        "fp32",
        64,
        2,
        null,
        null,
        null,
        List.of(0),
        List.of(),
        null,
        List.of("autoregressive"),
        "autoregressive",
        Map.of(),
        1,
        hashes);
  }

  @Override
  public ModelMetadataResponse metadata() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ModelConfig config() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isDecoupled() {
    return true;
  }

  @Override
  public InferenceCall infer(InferRequest request, ResponseObserver responses) {
    throw new UnsupportedOperationException();
  }
}

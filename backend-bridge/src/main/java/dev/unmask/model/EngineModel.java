package dev.unmask.model;

import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.GenerationResult;
import dev.unmask.request.GenerationService;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.TensorGeneration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A model that an engine computes. Any thread. */
final class EngineModel implements LoadedModel {
  private final boolean chatTemplate;
  private final long kvPositions;
  private final TextTokenizer tokenizer;
  private final GenerationService generations;
  private final TensorGeneration tensors;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param tokenizer owned from now on
   * @param generations owned from now on
   */
  EngineModel(
      boolean chatTemplate,
      long kvPositions,
      TextTokenizer tokenizer,
      GenerationService generations,
      TensorGeneration tensors) {
    this.chatTemplate = chatTemplate;
    this.kvPositions = kvPositions;
    this.tokenizer = tokenizer;
    this.generations = generations;
    this.tensors = tensors;
  }

  @Override
  public boolean hasChatTemplate() {
    return chatTemplate;
  }

  @Override
  public long kvPositions() {
    return kvPositions;
  }

  @Override
  public boolean isHealthy() {
    return generations.isHealthy();
  }

  @Override
  public InferenceCall infer(
      InferRequest request, ResponseObserver observer, Consumer<GenerationResult> onResult) {
    return tensors.infer(request, observer, onResult);
  }

  @Override
  public InferenceCall generate(GenerationInput input, GenerationObserver observer) {
    return generations.generate(input, observer);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        generations.close();
      } finally {
        tokenizer.close();
      }
    }
  }
}

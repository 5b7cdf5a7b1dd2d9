package dev.unmask.model;

import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.GenerationResult;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import java.util.function.Consumer;

/** A model in memory with the thread that decodes it. Any thread. */
public interface LoadedModel extends AutoCloseable {
  /** Whether conversations can be given as messages. */
  boolean hasChatTemplate();

  /** Positions that its KV cache can hold. */
  long kvPositions();

  /** False once its decode thread cannot go on; every request fails then. */
  boolean isHealthy();

  /**
   * Starts a request. Reads its tensors, which are not used any more when this returns; tokenizing
   * and generating happen on other threads. Every failure is told to the observer, none is thrown.
   *
   * @param onResult shown how the generation ended, if it ended well, before the observer is told
   */
  InferenceCall infer(
      InferRequest request, ResponseObserver observer, Consumer<GenerationResult> onResult);

  /** Starts a generation; as {@link #infer}, without tensors to read. */
  InferenceCall generate(GenerationInput input, GenerationObserver observer);

  /** Cancels what is in progress, ends its thread and frees its memory. Idempotent. */
  @Override
  void close();
}

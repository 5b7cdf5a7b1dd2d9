package dev.unmask.server;

import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.repository.ModelManifest;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;

/** A model that takes requests. Any thread. */
public interface ServedModel {
  /** Name in the repository. */
  String name();

  /** Version that is served, a number. */
  String version();

  /** Inputs, outputs and versions. */
  ModelMetadataResponse metadata();

  /** The complete configuration. */
  ModelConfig config();

  /** What was imported. */
  ModelManifest manifest();

  /** Whether conversations can be given as messages. */
  boolean hasChatTemplate();

  /** Whether a request may have any number of responses. */
  boolean isDecoupled();

  /**
   * Starts a request. Reads its tensors, in time proportional to their size, and returns:
   * tokenizing and generating happen on the server's own threads. Every failure is told to the
   * observer, none is thrown; a request that is refused for what it says is told so before this
   * returns.
   */
  InferenceCall infer(InferRequest request, ResponseObserver observer);

  /** Starts a generation; as {@link #infer}, without tensors to read. */
  InferenceCall generate(GenerationInput input, GenerationObserver observer);
}

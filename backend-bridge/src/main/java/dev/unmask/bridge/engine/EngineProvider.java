package dev.unmask.bridge.engine;

import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;
import java.util.Optional;

/** Opens sessions of one engine, such as ONNX Runtime. */
public interface EngineProvider {
  /**
   * The name by which a model or the command line picks the engine, such as {@code onnxruntime}.
   */
  String name();

  /**
   * Why this engine cannot run a model on this machine, as far as that is known without loading it:
   * in a few words, for a log. Where nothing stands in the way it may be chosen without being
   * named, and may still fail to open.
   *
   * @param device ordinal of the GPU that it would use
   */
  default Optional<String> obstacle(Path versionDirectory, ModelManifest manifest, int device) {
    return Optional.of("only by name");
  }

  /**
   * Whether it computes on GPUs: a session on each that it is to use, with the rows of its KV cache
   * in that device's memory, for which a session finds a limit itself where it is given none.
   * Otherwise there is one session, limited by what the JVM may have.
   */
  default boolean usesDevices() {
    return false;
  }

  /**
   * Loads a model.
   *
   * @param versionDirectory the directory that holds {@code model.onnx} and {@code unmask.json}
   * @param manifest the model's {@code unmask.json}
   * @param options limits and threads
   * @return an open session; the caller closes it
   */
  EngineSession open(Path versionDirectory, ModelManifest manifest, EngineOptions options);
}

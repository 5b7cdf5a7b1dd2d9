package dev.unmask.bridge.engine;

import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;

/** Opens sessions of one engine, such as ONNX Runtime. */
public interface EngineProvider {
  /**
   * The name by which a model or the command line picks the engine, such as {@code onnxruntime}.
   */
  String name();

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

package dev.unmask.model;

import dev.unmask.protocol.ModelConfig;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;

/**
 * One version of a model as it lies in the repository, checked and ready to be loaded. Immutable.
 *
 * @param name the model's name, that of its directory
 * @param version its number
 * @param directory the version's directory, with the graph and the tokenizer
 * @param manifest the contents of its {@code unmask.json}
 * @param config its complete configuration
 * @param settings how to serve it
 */
public record ModelSource(
    String name,
    long version,
    Path directory,
    ModelManifest manifest,
    ModelConfig config,
    ModelSettings settings) {

  /** This version with other settings. */
  public ModelSource with(ModelSettings other) {
    return new ModelSource(name, version, directory, manifest, config, other);
  }
}

package dev.unmask.bridge.engine;

import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.ImportRequest;
import dev.unmask.repository.ModelManifest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Imports the small random checkpoints under {@code /architectures} of the test resources, with the
 * whole vocabulary as candidates.
 */
final class ContractModels {
  static final int MAX_CONTEXT = 512;

  private ContractModels() {}

  /**
   * An imported model.
   *
   * @param directory its version directory
   */
  record Model(Path directory, ModelManifest manifest) {}

  static Model load(String architecture, String dtype, Path repository) {
    String name = architecture + "-" + dtype;
    Path directory =
        new CheckpointImporter()
            .run(
                ImportRequest.of(checkpoint(architecture), repository, name)
                    .withDtype(dtype)
                    .withMaxContext(MAX_CONTEXT)
                    .withCandidates(256))
            .resolve("1");
    return new Model(directory, ModelManifest.read(directory));
  }

  private static Path checkpoint(String architecture) {
    String file = "/architectures/" + architecture + "/config.json";
    try {
      URI uri = ContractModels.class.getResource(file).toURI();
      return Path.of(uri).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(file, e);
    }
  }
}

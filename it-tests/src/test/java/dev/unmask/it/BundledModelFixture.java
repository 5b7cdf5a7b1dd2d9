package dev.unmask.it;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.ImportRequest;
import dev.unmask.repository.ModelManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bundled checkpoints, imported once per test run below {@code target/}. */
final class BundledModelFixture {
  private static final Path CHECKPOINTS = Path.of("..", "model-repository", "checkpoints");
  private static Path repository;

  private BundledModelFixture() {}

  static synchronized Path repository() {
    if (repository == null) {
      try {
        Path target = Files.createDirectories(Path.of("target"));
        Path fresh = Files.createTempDirectory(target, "models-");
        CheckpointImporter importer = new CheckpointImporter();
        importer.run(ImportRequest.of(CHECKPOINTS.resolve("tiny-ar"), fresh, "tiny_ar"));
        importer.run(ImportRequest.of(CHECKPOINTS.resolve("tiny-llada"), fresh, "tiny_llada"));
        importer.run(
            ImportRequest.of(CHECKPOINTS.resolve("tiny-llada"), fresh, "tiny_d2f")
                .withAdapter(CHECKPOINTS.resolve("tiny-llada-d2f"))
                .withBlockSize(16));
        repository = fresh;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return repository;
  }

  static ModelManifest manifest(String model) {
    return ModelManifest.read(repository().resolve(model).resolve("1"));
  }

  static EngineSession open(String model, int maxSequences) {
    return new OrtEngineProvider()
        .open(
            repository().resolve(model).resolve("1"),
            manifest(model),
            new EngineOptions(maxSequences, 1));
  }
}

package dev.unmask.server;

import dev.unmask.repository.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;

/** A model repository whose models have a manifest and nothing else. */
final class TestRepository {
  private final Path root;

  TestRepository(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  static ModelManifest manifest(String name) {
    return new ModelManifest(
        ModelManifest.FORMAT,
        name,
        "llama",
        "causal",
        true,
        16,
        1,
        1,
        1,
        4,
        4,
        8,
        "fp32",
        64,
        4,
        null,
        null,
        null,
        List.of(1),
        List.of(),
        null,
        List.of("ar"),
        "ar",
        Map.of(),
        100,
        Map.of());
  }

  Path addVersion(String model, long version) throws IOException {
    Path directory = Files.createDirectories(root.resolve(model).resolve(Long.toString(version)));
    Files.writeString(directory.resolve(ModelManifest.FILE_NAME), manifest(model).toJson());
    return directory;
  }

  void config(String model, String text) throws IOException {
    Files.createDirectories(root.resolve(model));
    Files.writeString(root.resolve(model).resolve(ModelConfigs.FILE_NAME), text);
  }

  /** Gives a version's manifest another modification time. */
  void touch(String model, long version) throws IOException {
    Path file =
        root.resolve(model).resolve(Long.toString(version)).resolve(ModelManifest.FILE_NAME);
    Files.setLastModifiedTime(
        file, FileTime.fromMillis(Files.getLastModifiedTime(file).toMillis() + 5000));
  }
}

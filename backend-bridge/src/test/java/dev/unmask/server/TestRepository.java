package dev.unmask.server;

import dev.unmask.model.Manifests;
import dev.unmask.model.ModelConfigs;
import dev.unmask.repository.ModelManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** A model repository whose models have a manifest and nothing else. */
final class TestRepository {
  private final Path root;

  TestRepository(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  Path addVersion(String model, long version) throws IOException {
    Path directory = Files.createDirectories(root.resolve(model).resolve(Long.toString(version)));
    Files.writeString(directory.resolve(ModelManifest.FILE_NAME), Manifests.small(model).toJson());
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

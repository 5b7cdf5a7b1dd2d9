package dev.unmask.importer;

import dev.unmask.files.OutputDirectory;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** A model directory of a repository while it is written, with the hashes of its files. */
final class ModelDirectory implements AutoCloseable {
  private final OutputDirectory directory;
  private final Map<String, String> hashes = new TreeMap<>();

  private ModelDirectory(OutputDirectory directory) {
    this.directory = directory;
  }

  /** Writes the contents of one file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Makes a directory with an empty version, not yet at its place.
   *
   * @throws UnmaskException ALREADY_EXISTS where the target does, UNAVAILABLE where the repository
   *     cannot be written
   */
  static ModelDirectory create(Path repository, String name) {
    OutputDirectory directory =
        OutputDirectory.create(repository.resolve(name), "repository", "import");
    try {
      Files.createDirectory(directory.resolve("1"));
    } catch (IOException e) {
      directory.close();
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "repository " + repository + ": " + e.getMessage(), e);
    }
    return new ModelDirectory(directory);
  }

  /** Writes a file of the version directory and notes its hash. */
  void writeVersioned(String name, Content content) {
    hashes.put(name, write("1/" + name, content));
  }

  /** Copies a file into the version directory where it exists, and notes its hash. */
  void copyVersioned(Path source) {
    if (Files.isRegularFile(source)) {
      writeVersioned(source.getFileName().toString(), out -> Files.copy(source, out));
    }
  }

  /** SHA-256 of the versioned files written so far, by name. */
  Map<String, String> hashes() {
    return new TreeMap<>(hashes);
  }

  /** Writes a text file, by its path inside the directory. */
  void writeText(String path, String text) {
    write(path, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private String write(String path, Content content) {
    MessageDigest digest = sha256();
    Path file = directory.resolve(path);
    try (OutputStream out =
        new BufferedOutputStream(
            new DigestOutputStream(Files.newOutputStream(file), digest), 1 << 16)) {
      content.writeTo(out);
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "writing " + file.getFileName() + ": " + e.getMessage(), e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Moves the directory to its target. */
  Path publish() {
    return directory.publish();
  }

  @Override
  public void close() {
    directory.close();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.unmask.importer;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model directory while it is written: a hidden sibling of its target, moved into place by {@link
 * #publish}. Closed without that, it leaves nothing behind.
 */
final class ModelDirectory implements AutoCloseable {
  private final Path target;
  private final Path temporary;
  private final List<Path> madeDirectories;
  private final Map<String, String> hashes = new TreeMap<>();
  private boolean published;

  private ModelDirectory(Path target, Path temporary, List<Path> madeDirectories) {
    this.target = target;
    this.temporary = temporary;
    this.madeDirectories = madeDirectories;
  }

  /** Writes the contents of one file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Makes an empty temporary directory.
   *
   * @throws UnmaskException ALREADY_EXISTS where the target does, UNAVAILABLE where the repository
   *     cannot be written
   */
  static ModelDirectory create(Path repository, String name) {
    Path target = repository.resolve(name);
    requireAbsent(target);
    List<Path> missing = new ArrayList<>();
    for (Path p = repository.toAbsolutePath(); p != null && !Files.exists(p); p = p.getParent()) {
      missing.add(p);
    }
    try {
      Files.createDirectories(repository);
      Path temporary = Files.createTempDirectory(repository, "." + name + "-import-");
      Files.createDirectory(temporary.resolve("1"));
      return new ModelDirectory(target, temporary, missing);
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "repository " + repository + ": " + e.getMessage(), e);
    }
  }

  static void requireAbsent(Path target) {
    if (Files.exists(target)) {
      throw new UnmaskException(ErrorCode.ALREADY_EXISTS, target + " exists already");
    }
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
    Path file = temporary.resolve(path);
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
    requireAbsent(target);
    try {
      setReadable();
      try {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, target);
      }
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "moving to " + target + ": " + e.getMessage(), e);
    }
    published = true;
    return target;
  }

  /** Temporary directories are private; a model directory is as readable as its repository. */
  private void setReadable() throws IOException {
    if (Files.getFileStore(temporary).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(
          temporary, Files.getPosixFilePermissions(temporary.resolve("1")));
    }
  }

  @Override
  public void close() {
    if (published) {
      return;
    }
    try (Stream<Path> files = Files.walk(temporary)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
      for (Path directory : madeDirectories) {
        Files.delete(directory);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new UnmaskException(
          ErrorCode.INTERNAL, "removing " + temporary + ": " + e.getMessage(), e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.unmask.importer;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory while it is written: a hidden sibling of its target, moved into place by {@link
 * #publish}. Closed without that, it leaves nothing behind.
 */
final class OutputDirectory implements AutoCloseable {
  private final Path target;
  private final Path temporary;
  private final List<Path> madeDirectories;
  private boolean published;

  private OutputDirectory(Path target, Path temporary, List<Path> madeDirectories) {
    this.target = target;
    this.temporary = temporary;
    this.madeDirectories = madeDirectories;
  }

  /**
   * Makes an empty temporary directory beside the target.
   *
   * @param what named in the message of a failure, such as {@code repository}
   * @param purpose part of the temporary name
   * @throws UnmaskException ALREADY_EXISTS where the target does, UNAVAILABLE where its parent
   *     cannot be written
   */
  static OutputDirectory create(Path parent, String name, String what, String purpose) {
    Path target = parent.resolve(name);
    requireAbsent(target);
    List<Path> missing = new ArrayList<>();
    for (Path p = parent.toAbsolutePath(); p != null && !Files.exists(p); p = p.getParent()) {
      missing.add(p);
    }
    try {
      Files.createDirectories(parent);
      Path temporary = Files.createTempDirectory(parent, "." + name + "-" + purpose + "-");
      return new OutputDirectory(target, temporary, missing);
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, what + " " + parent + ": " + e.getMessage(), e);
    }
  }

  static void requireAbsent(Path target) {
    if (Files.exists(target)) {
      throw new UnmaskException(ErrorCode.ALREADY_EXISTS, target + " exists already");
    }
  }

  /** Where a file of the directory lies while it is written. */
  Path resolve(String path) {
    return temporary.resolve(path);
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

  /** Temporary directories are private; what is published is as readable as any new directory. */
  private void setReadable() throws IOException {
    if (Files.getFileStore(temporary).supportsFileAttributeView("posix")) {
      Path ordinary = Files.createDirectory(temporary.resolve(".permissions"));
      Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(ordinary));
      Files.delete(ordinary);
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
}

package dev.unmask.files;

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
public final class OutputDirectory implements AutoCloseable {
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
   * Makes an empty temporary directory beside the target, and the directories above it.
   *
   * @param target that is to appear
   * @param what named in the message of a failure, such as {@code repository}
   * @param purpose part of the temporary name
   * @throws UnmaskException ALREADY_EXISTS where the target does, UNAVAILABLE where its parent
   *     cannot be written
   */
  public static OutputDirectory create(Path target, String what, String purpose) {
    requireAbsent(target);
    Path whole = target.toAbsolutePath().normalize();
    Path parent = whole.getParent();
    List<Path> missing = new ArrayList<>();
    for (Path p = parent; p != null && !Files.exists(p); p = p.getParent()) {
      missing.add(p);
    }
    try {
      Files.createDirectories(parent);
      Path temporary =
          Files.createTempDirectory(parent, "." + whole.getFileName() + "-" + purpose + "-");
      return new OutputDirectory(target, temporary, missing);
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, what + " " + parent + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks that a target is free.
   *
   * @throws UnmaskException ALREADY_EXISTS where it is not
   */
  public static void requireAbsent(Path target) {
    if (Files.exists(target)) {
      throw new UnmaskException(ErrorCode.ALREADY_EXISTS, target + " exists already");
    }
  }

  /** Where a file of the directory lies while it is written. */
  public Path resolve(String path) {
    return temporary.resolve(path);
  }

  /**
   * Moves the directory to its target.
   *
   * @return the target
   * @throws UnmaskException ALREADY_EXISTS where there is something by now, UNAVAILABLE where it
   *     cannot be moved
   */
  public Path publish() {
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

  /** Removes what was not published. */
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

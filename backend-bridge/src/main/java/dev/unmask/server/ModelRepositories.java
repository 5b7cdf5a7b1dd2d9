package dev.unmask.server;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The directories that hold models: each directory below one of them is a model, those below it
 * with a number for a name are its versions. Directories whose names begin with a dot are left
 * alone. Reads the file system anew in every call. Any thread.
 */
final class ModelRepositories {
  private final List<Path> roots;

  /**
   * @throws UnmaskException INVALID_ARGUMENT for a root that is no readable directory
   */
  ModelRepositories(List<Path> roots) {
    this.roots = List.copyOf(roots);
    for (Path root : roots) {
      if (!Files.isDirectory(root) || !Files.isReadable(root)) {
        throw UnmaskException.invalid(
            "--model-repository=" + root + " is not a directory that can be read");
      }
    }
  }

  /**
   * Every model by name.
   *
   * @throws UnmaskException UNAVAILABLE where a root cannot be read
   */
  SortedMap<String, List<Path>> scan() {
    SortedMap<String, List<Path>> result = new TreeMap<>();
    for (Path root : roots) {
      for (Path directory : directories(root)) {
        result
            .computeIfAbsent(directory.getFileName().toString(), name -> new ArrayList<>())
            .add(directory);
      }
    }
    return Collections.unmodifiableSortedMap(result);
  }

  /**
   * The one directory of a model.
   *
   * @throws UnmaskException NOT_FOUND where there is none, INVALID_ARGUMENT where several
   *     repositories have one
   */
  Path directory(String name) {
    List<Path> found = scan().getOrDefault(name, List.of());
    if (found.isEmpty()) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, "no model '" + name + "' in the model repository");
    }
    return unique(name, found);
  }

  /** The only one of several directories of a model. */
  static Path unique(String name, List<Path> directories) {
    if (directories.size() > 1) {
      throw UnmaskException.invalid(
          "model '" + name + "' is not unique across all model repositories: " + directories);
    }
    return directories.get(0);
  }

  /** Numbers of the versions of a model's directory, ascending. */
  static NavigableSet<Long> versions(Path model) {
    NavigableSet<Long> result = new TreeSet<>();
    for (Path directory : directories(model)) {
      String number = directory.getFileName().toString();
      if (number.matches("[1-9]\\d{0,17}")) {
        result.add(Long.parseLong(number));
      }
    }
    return result;
  }

  /**
   * A value that changes when a file of the model is added, removed or modified: names, sizes and
   * modification times.
   */
  static long fingerprint(Path model) {
    try (Stream<Path> files = Files.walk(model)) {
      long result = 0;
      for (Path file : files.sorted().toList()) {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        result = result * 31 + model.relativize(file).toString().hashCode();
        if (attributes.isRegularFile()) {
          result = result * 31 + attributes.size();
          result = result * 31 + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        }
      }
      return result;
    } catch (IOException e) {
      throw unreadable(model, e);
    }
  }

  private static List<Path> directories(Path parent) {
    List<Path> result = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, Files::isDirectory)) {
      for (Path entry : entries) {
        if (!entry.getFileName().toString().startsWith(".")) {
          result.add(entry);
        }
      }
    } catch (IOException e) {
      throw unreadable(parent, e);
    }
    Collections.sort(result);
    return result;
  }

  private static UnmaskException unreadable(Path path, IOException e) {
    return new UnmaskException(ErrorCode.UNAVAILABLE, "cannot read " + path + ": " + e, e);
  }
}

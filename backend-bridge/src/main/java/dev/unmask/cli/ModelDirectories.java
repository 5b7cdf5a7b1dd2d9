package dev.unmask.cli;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds models in a repository on disk. */
public final class ModelDirectories {
  private ModelDirectories() {}

  /**
   * The directory of the newest version of a model.
   *
   * @throws UnmaskException NOT_FOUND where there is none, naming those that are there
   */
  public static Path newestVersion(Path repository, String name) {
    Path model = repository.resolve(name);
    Path newest = null;
    long newestNumber = -1;
    for (Path entry : directories(model)) {
      String number = entry.getFileName().toString();
      if (number.matches("\\d{1,18}") && Long.parseLong(number) > newestNumber) {
        newestNumber = Long.parseLong(number);
        newest = entry;
      }
    }
    if (newest == null) {
      List<String> names = names(repository);
      throw new UnmaskException(
          ErrorCode.NOT_FOUND,
          "no model '"
              + name
              + "' in "
              + repository
              + (names.isEmpty() ? ", which has none" : ", which has " + String.join(", ", names)));
    }
    return newest;
  }

  /** Names of the models of a repository, sorted; empty where there is no such directory. */
  static List<String> names(Path repository) {
    List<String> names = new ArrayList<>();
    directories(repository).forEach(path -> names.add(path.getFileName().toString()));
    names.removeIf(name -> name.startsWith("."));
    names.sort(null);
    return names;
  }

  private static List<Path> directories(Path parent) {
    List<Path> result = new ArrayList<>();
    if (Files.isDirectory(parent)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, Files::isDirectory)) {
        entries.forEach(result::add);
      } catch (IOException e) {
        throw new UnmaskException(ErrorCode.UNAVAILABLE, parent + ": " + e.getMessage(), e);
      }
    }
    return result;
  }
}

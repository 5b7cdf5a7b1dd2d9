package dev.unmask.server;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model directory made of the files that came with a load request, instead of the repository's.
 * Owned by the models that are loaded from it: whoever closes it last deletes it.
 */
final class FileOverrides implements AutoCloseable {
  private static final String PREFIX = "file:";

  private final Path directory;

  private FileOverrides(Path directory) {
    this.directory = directory;
  }

  /**
   * Writes the files named {@code file:<version>/<name>} of a load request's parameters.
   *
   * @return null where there are none
   * @throws UnmaskException INVALID_ARGUMENT for a name that is not of that form or a value that is
   *     not bytes
   */
  static FileOverrides of(Map<String, Object> parameters) {
    Map<String, byte[]> files = new TreeMap<>();
    for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
      if (parameter.getKey().startsWith(PREFIX)) {
        if (!(parameter.getValue() instanceof byte[] bytes)) {
          throw UnmaskException.invalid(
              "parameter '" + parameter.getKey() + "' must hold the file's bytes");
        }
        files.put(checked(parameter.getKey()), bytes);
      }
    }
    return files.isEmpty() ? null : write(files);
  }

  private static String checked(String parameter) {
    String path = parameter.substring(PREFIX.length());
    // One version directory, one file, no way out of it.
    if (!path.matches("[1-9]\\d{0,17}/[^/\\\\\\x00]+") || path.matches(".*/\\.{1,2}")) {
      throw UnmaskException.invalid(
          "parameter '" + parameter + "' is not of the form file:<version>/<file name>");
    }
    return path;
  }

  private static FileOverrides write(Map<String, byte[]> files) {
    try {
      FileOverrides result = new FileOverrides(Files.createTempDirectory("unmask-model-"));
      try {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
          Path target = result.directory.resolve(file.getKey());
          Files.createDirectories(target.getParent());
          Files.write(target, file.getValue());
        }
        return result;
      } catch (IOException e) {
        result.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "cannot write the files of the load request: " + e, e);
    }
  }

  /** The model directory. */
  Path directory() {
    return directory;
  }

  /** Deletes the directory; what cannot be deleted stays for the system to clear. Idempotent. */
  @Override
  public void close() {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, "cannot delete " + directory + ": " + e, e);
    }
  }
}

package dev.unmask.cli;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where output lines go: a file that appears under its name only when it is complete, or a stream.
 */
final class LineOutput implements AutoCloseable {
  private final Path file;
  private final Path temporary;
  private final BufferedWriter writer;

  /**
   * @param file null to write to the stream
   * @throws UnmaskException INVALID_ARGUMENT where the file cannot be written
   */
  LineOutput(Path file, PrintWriter stream) {
    this.file = file;
    try {
      if (file == null) {
        temporary = null;
        writer = new BufferedWriter(stream);
      } else {
        Path directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
          throw UnmaskException.invalid("--output=" + file + " is a directory");
        }
        temporary = Files.createTempFile(directory, "." + file.getFileName(), ".part");
        temporary.toFile().deleteOnExit();
        writer = Files.newBufferedWriter(temporary);
      }
    } catch (FileSystemException e) {
      throw UnmaskException.invalid("--output=" + file + " cannot be written: " + e.getMessage());
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void write(String line) {
    try {
      writer.write(line);
      writer.write('\n');
      if (file == null) {
        writer.flush();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Puts the file in its place. */
  void complete() {
    try {
      writer.flush();
      if (file != null) {
        writer.close();
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Drops what is not complete. */
  @Override
  public void close() {
    if (file != null) {
      try {
        writer.close();
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private UnmaskException failed(IOException e) {
    return new UnmaskException(ErrorCode.UNAVAILABLE, "--output=" + file + ": " + e, e);
  }
}

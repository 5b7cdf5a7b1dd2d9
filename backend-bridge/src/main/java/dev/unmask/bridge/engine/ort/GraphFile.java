package dev.unmask.bridge.engine.ort;

import dev.unmask.bridge.engine.step.GraphNames;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads {@code model.onnx} into direct memory, from which ONNX Runtime loads it. */
final class GraphFile {
  /** Name of the graph in a version directory. */
  static final String NAME = GraphNames.FILE;

  /**
   * Its name where Triton is to take a directory {@code NAME.unmask} without a configuration: with
   * a {@code model.onnx} in it, Triton would hand it to another backend.
   */
  static final String OTHER_NAME = "model.unmask";

  private GraphFile() {}

  /**
   * The file's bytes.
   *
   * @throws UnmaskException NOT_FOUND where there is no such file, UNSUPPORTED beyond 2 GB,
   *     UNAVAILABLE where it cannot be read
   */
  static NativeBuffer read(Path versionDirectory) {
    Path file = versionDirectory.resolve(NAME);
    if (!Files.exists(file) && Files.exists(versionDirectory.resolve(OTHER_NAME))) {
      file = versionDirectory.resolve(OTHER_NAME);
    }
    NativeBuffer buffer = null;
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      buffer = NativeBuffer.allocate(size, file.toString());
      ByteBuffer bytes = buffer.bytes().duplicate().limit((int) size);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new EOFException("shorter than " + size + " bytes");
        }
      }
      buffer.bytes().limit((int) size);
      return buffer;
    } catch (NoSuchFileException e) {
      throw new UnmaskException(ErrorCode.NOT_FOUND, "no " + NAME + " in " + versionDirectory, e);
    } catch (IOException e) {
      if (buffer != null) {
        buffer.close();
      }
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e.getMessage(), e);
    }
  }
}

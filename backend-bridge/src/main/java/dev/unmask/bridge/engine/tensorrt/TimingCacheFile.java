package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A file of kernel timings, which makes later builds on the same kind of device quick. */
final class TimingCacheFile {
  private TimingCacheFile() {}

  /**
   * What such a file holds, in native memory.
   *
   * @param size bytes, 0 where there is no file
   */
  record Contents(BytePointer data, long size) implements AutoCloseable {
    @Override
    public void close() {
      data.close();
    }
  }

  /**
   * Reads a file.
   *
   * @return its contents, empty where there is none; the caller closes them
   * @throws UnmaskException UNAVAILABLE where it cannot be read
   */
  static Contents read(Path file) {
    if (!Files.exists(file)) {
      return new Contents(new BytePointer(1), 0);
    }
    try {
      byte[] bytes = Files.readAllBytes(file);
      return new Contents(new BytePointer(Math.max(1, bytes.length)).put(bytes), bytes.length);
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "--timing-cache=" + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Replaces a file.
   *
   * @throws UnmaskException UNAVAILABLE where it cannot be written
   */
  static void write(Path file, Pointer data, long size) {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      NativeBytes.write(temporary, data, size, null);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "--timing-cache=" + file + ": " + e.getMessage(), e);
    }
  }
}

package dev.unmask.bridge.engine.tensorrt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Writes native memory of any length to a file. */
final class NativeBytes {
  private static final int PART = 1 << 26;

  private NativeBytes() {}

  /**
   * Writes to a new or emptied file and forces it to the disk.
   *
   * @param digest updated with what is written; null for none
   */
  static void write(Path file, Pointer data, long size, MessageDigest digest) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long done = 0; done < size; done += PART) {
        BytePointer part = new BytePointer(data).position(done).limit(Math.min(done + PART, size));
        ByteBuffer bytes = part.asByteBuffer();
        if (digest != null) {
          digest.update(bytes.duplicate());
        }
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(true);
    }
  }
}

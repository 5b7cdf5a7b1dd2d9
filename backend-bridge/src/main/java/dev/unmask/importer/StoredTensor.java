package dev.unmask.importer;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One tensor of an open safetensors file. Elements are read on demand, chunk by chunk, at absolute
 * positions of the file; nothing is kept in memory.
 *
 * @param file where it lies, for messages
 * @param channel the open file
 * @param name its name
 * @param type element format
 * @param shape dimensions, outermost first
 * @param offset first byte in the file
 */
record StoredTensor(
    Path file, FileChannel channel, String name, DataType type, long[] shape, long offset) {

  /** Number of elements. */
  long elements() {
    long n = 1;
    for (long d : shape) {
      n *= d;
    }
    return n;
  }

  /** {@code [2, 3]}. */
  String shapeText() {
    return Arrays.toString(shape);
  }

  /**
   * Reads a run of elements.
   *
   * @param first index of the first element, row-major
   * @param scratch little-endian buffer with room for {@code count} elements; overwritten
   * @param out receives the elements from index 0
   */
  void read(long first, int count, ByteBuffer scratch, float[] out) {
    readBytes(first, count, scratch);
    type.decode(scratch, out, count);
  }

  /** Reads a run of elements in their stored format; the buffer is left flipped. */
  void readBytes(long first, int count, ByteBuffer scratch) {
    scratch.clear().limit(count * type.bytes());
    long position = offset + first * type.bytes();
    try {
      while (scratch.hasRemaining()) {
        int n = channel.read(scratch, position);
        if (n < 0) {
          throw UnmaskException.invalid(
              file + ": truncated in tensor " + name + " at byte " + position);
        }
        position += n;
      }
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, file + ": tensor " + name + ": " + e.getMessage(), e);
    }
    scratch.flip();
  }

  /** A buffer fit for {@link #read} of up to {@code elements} elements. */
  static ByteBuffer scratch(int elements) {
    return ByteBuffer.allocateDirect(elements * 4).order(ByteOrder.LITTLE_ENDIAN);
  }
}

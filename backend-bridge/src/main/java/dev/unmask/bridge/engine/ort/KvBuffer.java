package dev.unmask.bridge.engine.ort;

import java.nio.ByteBuffer;

/**
 * Memory of one layer's keys or values: {@code [rows][heads][capacity][headBytes]} from index 0,
 * densely. Rows and capacity are the caller's; the methods here move what is written when either
 * changes, and keep every position that is not written at zero or at finite leftovers of its own
 * row, because attention multiplies hidden positions by zero and zero times NaN is NaN.
 */
final class KvBuffer implements AutoCloseable {
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16);

  private final int heads;
  private final int headBytes;
  private NativeBuffer memory;

  KvBuffer(int heads, int headBytes) {
    this.heads = heads;
    this.headBytes = headBytes;
  }

  /** The memory; replaced by {@link #replace}. */
  ByteBuffer bytes() {
    return memory.bytes();
  }

  /** Index of the first byte of a row. */
  int rowOffset(int row, int capacity) {
    return row * heads * capacity * headBytes;
  }

  /**
   * Moves to new memory.
   *
   * @param next memory of at least {@code rows * heads * newCapacity * headBytes} zeroed bytes;
   *     owned from now on
   * @param rows live rows
   * @param written positions written of each live row
   */
  void replace(NativeBuffer next, int rows, int[] written, int capacity, int newCapacity) {
    if (memory != null) {
      for (int block = 0; block < rows * heads; block++) {
        int target = block * newCapacity * headBytes;
        int source = block * capacity * headBytes;
        copy(next.bytes(), target, memory.bytes(), source, written[block / heads]);
      }
      memory.close();
    }
    memory = next;
  }

  /**
   * Changes the capacity in place. Growing walks from the last block to the first and shrinking
   * from the first to the last, so that no block lands on one that has yet to move.
   *
   * @param rows live rows
   * @param written positions written of each live row, none above the new capacity
   */
  void relayout(int rows, int[] written, int capacity, int newCapacity) {
    int blocks = rows * heads;
    if (newCapacity > capacity) {
      for (int block = blocks - 1; block >= 0; block--) {
        moveBlock(block, written[block / heads], capacity, newCapacity);
      }
    } else {
      for (int block = 0; block < blocks; block++) {
        moveBlock(block, written[block / heads], capacity, newCapacity);
      }
    }
  }

  private void moveBlock(int block, int written, int capacity, int newCapacity) {
    ByteBuffer bytes = memory.bytes();
    int target = block * newCapacity * headBytes;
    copy(bytes, target, bytes, block * capacity * headBytes, written);
    zero(target + written * headBytes, (newCapacity - written) * headBytes);
  }

  /** Copies a row's written positions over another row, whose other positions become zero. */
  void copyRow(int from, int to, int written, int capacity) {
    ByteBuffer bytes = memory.bytes();
    for (int head = 0; head < heads; head++) {
      int target = (to * heads + head) * capacity * headBytes;
      int source = (from * heads + head) * capacity * headBytes;
      copy(bytes, target, bytes, source, written);
      zero(target + written * headBytes, (capacity - written) * headBytes);
    }
  }

  /**
   * Copies the first positions of a row.
   *
   * @return {@code [heads][positions][headBytes]}; the caller closes it
   */
  NativeBuffer save(int row, int capacity, int positions) {
    int bytes = positions * headBytes;
    NativeBuffer saved = NativeBuffer.allocate((long) heads * bytes, "saved KV cache");
    for (int head = 0; head < heads; head++) {
      int source = rowOffset(row, capacity) + head * capacity * headBytes;
      copy(saved.bytes(), head * bytes, memory.bytes(), source, positions);
    }
    return saved;
  }

  /**
   * Copies the first positions of what {@link #save} returned into a row.
   *
   * @param savedPositions positions that were saved, at least {@code positions}
   */
  void restore(NativeBuffer saved, int savedPositions, int row, int capacity, int positions) {
    for (int head = 0; head < heads; head++) {
      int target = rowOffset(row, capacity) + head * capacity * headBytes;
      copy(memory.bytes(), target, saved.bytes(), head * savedPositions * headBytes, positions);
    }
  }

  /** Copies positions of a head; a new row's source, of length 0, may lie beyond the memory. */
  private void copy(ByteBuffer to, int target, ByteBuffer from, int source, int positions) {
    if (positions > 0) {
      to.put(target, from, source, positions * headBytes);
    }
  }

  /** Zeroes a row. */
  void zeroRow(int row, int capacity) {
    zero(rowOffset(row, capacity), heads * capacity * headBytes);
  }

  private void zero(int offset, int length) {
    ByteBuffer bytes = memory.bytes();
    int done = 0;
    while (done < length) {
      int chunk = Math.min(length - done, ZEROS.capacity());
      bytes.put(offset + done, ZEROS, 0, chunk);
      done += chunk;
    }
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}

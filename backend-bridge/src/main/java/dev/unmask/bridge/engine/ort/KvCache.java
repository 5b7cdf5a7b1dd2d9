package dev.unmask.bridge.engine.ort;

import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The KV cache of a session: one {@link KvBuffer} per layer for keys and one for values, all laid
 * out alike. Live sequences occupy the rows {@code [0, liveRows())} without holes, and all rows
 * have one common capacity, since attention pays for the capacity of the cache and not for what is
 * written. A slot is the caller's name of a sequence, a row its place in memory; the row of a slot
 * changes when another slot is released.
 *
 * <p>Memory grows with what is used, up to the limit that was checked when the cache was made.
 * Capacity follows {@link Capacities}.
 */
final class KvCache implements AutoCloseable {
  private static final int NONE = -1;

  private final KvGeometry geometry;
  private final int maxSequences;
  private final int maxContext;
  private final KvBuffer[] buffers;
  private final int[] rowOfSlot;
  private final int[] slotOfRow;
  private final int[] writtenOfRow;
  private int liveRows;
  private int capacity;
  private long allocatedPositions;
  private int generation;

  /**
   * @param maxSequences rows at most
   * @param maxContext positions of a row at most
   * @throws UnmaskException UNSUPPORTED or UNAVAILABLE, with the numbers, where the largest size
   *     would not fit in memory
   */
  KvCache(KvGeometry geometry, int maxSequences, int maxContext) {
    MemoryLimits.check(geometry, maxSequences, maxContext);
    this.geometry = geometry;
    this.maxSequences = maxSequences;
    this.maxContext = maxContext;
    buffers = new KvBuffer[2 * geometry.layers()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = new KvBuffer(geometry.heads(), geometry.headBytes());
    }
    rowOfSlot = new int[maxSequences];
    slotOfRow = new int[maxSequences];
    writtenOfRow = new int[maxSequences];
    Arrays.fill(rowOfSlot, NONE);
  }

  /** Rows in use. */
  int liveRows() {
    return liveRows;
  }

  /** Cache positions of every row, in memory. */
  int capacity() {
    return capacity;
  }

  /** Counts the times that memory or capacity changed; tensors made before are invalid. */
  int generation() {
    return generation;
  }

  /** Row of a slot, -1 where it has none. */
  int rowOf(int slot) {
    return rowOfSlot[slot];
  }

  /** One past the highest cache index that a slot's rows have written; 0 where it has no row. */
  int written(int slot) {
    int row = rowOfSlot[slot];
    return row == NONE ? 0 : writtenOfRow[row];
  }

  /** Gives a slot that has no row the next one. The row holds zeros after {@link #reserve}. */
  int assign(int slot) {
    int row = liveRows++;
    rowOfSlot[slot] = row;
    slotOfRow[row] = slot;
    writtenOfRow[row] = 0;
    if ((row + 1L) * capacity <= allocatedPositions) {
      for (KvBuffer buffer : buffers) {
        if (capacity > 0) {
          buffer.zeroRow(row, capacity);
        }
      }
    }
    return row;
  }

  /**
   * Forgets slots; the last rows move into the holes, at most one copy for each slot released.
   *
   * @param released by slot, whether it is released; slots without a row are passed over
   */
  void release(boolean[] released) {
    for (int row = liveRows - 1; row >= 0; row--) {
      int slot = slotOfRow[row];
      if (released[slot]) {
        rowOfSlot[slot] = NONE;
        int last = --liveRows;
        if (row != last) {
          for (KvBuffer buffer : buffers) {
            buffer.copyRow(last, row, writtenOfRow[last], capacity);
          }
          slotOfRow[row] = slotOfRow[last];
          rowOfSlot[slotOfRow[row]] = row;
          writtenOfRow[row] = writtenOfRow[last];
        }
      }
    }
  }

  /** Records that a row's cache indices below {@code end} are written. */
  void markWritten(int row, int end) {
    writtenOfRow[row] = Math.max(writtenOfRow[row], end);
  }

  /**
   * Makes room for all live rows.
   *
   * @param positions cache positions that some live row is about to need
   */
  void reserve(int positions) {
    int needed = positions;
    for (int row = 0; row < liveRows; row++) {
      needed = Math.max(needed, writtenOfRow[row]);
    }
    int next = Capacities.next(capacity, needed, maxContext);
    long nextPositions = (long) liveRows * next;
    if (nextPositions > allocatedPositions) {
      long room = Math.max(nextPositions, allocatedPositions + allocatedPositions / 2);
      reallocate(Math.min(room, (long) maxSequences * maxContext), next);
    } else if (next != capacity) {
      for (KvBuffer buffer : buffers) {
        buffer.relayout(liveRows, writtenOfRow, capacity, next);
      }
    } else {
      return;
    }
    capacity = next;
    generation++;
  }

  private void reallocate(long positions, int nextCapacity) {
    try {
      for (KvBuffer buffer : buffers) {
        buffer.replace(
            NativeBuffer.allocate(positions * geometry.tensorBytesPerPosition(), "KV cache"),
            liveRows,
            writtenOfRow,
            capacity,
            nextCapacity);
      }
    } catch (UnmaskException e) {
      // The buffers no longer agree on a layout, so that no slot's contents can be kept.
      close();
      throw e;
    }
    allocatedPositions = positions;
  }

  /** Number of tensors: key and value of each layer, keys at even indices. */
  int tensors() {
    return buffers.length;
  }

  /** The memory of consecutive rows of one tensor. */
  ByteBuffer rows(int tensor, int firstRow, int endRow) {
    KvBuffer buffer = buffers[tensor];
    int from = buffer.rowOffset(firstRow, capacity);
    return buffer.bytes().slice(from, buffer.rowOffset(endRow, capacity) - from);
  }

  /** Shape of the tensor over a number of rows. */
  long[] shape(int rows) {
    return new long[] {rows, geometry.heads(), capacity, geometry.headDim()};
  }

  /** Type and head sizes. */
  KvGeometry geometry() {
    return geometry;
  }

  /** Frees all memory. Idempotent. */
  @Override
  public void close() {
    for (KvBuffer buffer : buffers) {
      buffer.close();
    }
    Arrays.fill(rowOfSlot, NONE);
    liveRows = 0;
    capacity = 0;
    allocatedPositions = 0;
    generation++;
  }
}

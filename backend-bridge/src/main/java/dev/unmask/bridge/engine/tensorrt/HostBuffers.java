package dev.unmask.bridge.engine.tensorrt;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;

/**
 * Page-locked buffers, kept for the next user: locking the pages of a buffer takes about as long as
 * copying it, and stops the device. Sizes are rounded up by at most a quarter, so that buffers suit
 * others. One thread.
 *
 * <p>Users put their copies on one stream, so a buffer may be handed on while the copies of the one
 * before are still to be done. Memory is freed only after the stream was waited for.
 */
final class HostBuffers implements AutoCloseable {
  private static final int STEPS_PER_DOUBLING = 4;

  private final DeviceRuntime device;
  private final long stream;
  private final long limit;

  /** Buffers that nobody uses, by size. */
  private final TreeMap<Long, Deque<Long>> spare = new TreeMap<>();

  private long bytes;

  /**
   * @param limit bytes of all buffers from which on spare ones are freed before one is added
   */
  HostBuffers(DeviceRuntime device, long stream, long limit) {
    this.device = device;
    this.stream = stream;
    this.limit = limit;
  }

  /** What a buffer of so many bytes takes: the next of four sizes between two powers of two. */
  static long rounded(long bytes) {
    long step = Math.max(1, Long.highestOneBit(Math.max(1, bytes - 1)) / STEPS_PER_DOUBLING);
    return (bytes + step - 1) / step * step;
  }

  /**
   * Hands out a buffer of at least so many bytes.
   *
   * @return its address
   * @throws DeviceException where none is spare and memory cannot be had
   */
  long take(long wanted) {
    long size = rounded(wanted);
    Deque<Long> suitable = spare.get(size);
    if (suitable != null) {
      long address = suitable.pop();
      if (suitable.isEmpty()) {
        spare.remove(size);
      }
      return address;
    }
    if (bytes + size > limit) {
      freeSpare(bytes + size - limit);
    }
    long address = device.hostAlloc(size);
    bytes += size;
    return address;
  }

  /**
   * Takes a buffer back.
   *
   * @param wanted bytes that it was taken for
   */
  void give(long address, long wanted) {
    spare.computeIfAbsent(rounded(wanted), size -> new ArrayDeque<>()).push(address);
  }

  /** Frees spare buffers, the largest first, until so many bytes are gone or none is left. */
  private void freeSpare(long wanted) {
    if (spare.isEmpty()) {
      return;
    }
    device.streamSynchronize(stream);
    for (long freed = 0; freed < wanted && !spare.isEmpty(); ) {
      long size = spare.lastKey();
      Deque<Long> largest = spare.get(size);
      long address = largest.pop();
      if (largest.isEmpty()) {
        spare.remove(size);
      }
      bytes -= size;
      freed += size;
      device.hostFree(address);
    }
  }

  /** Bytes of all buffers, spare ones included. */
  long bytes() {
    return bytes;
  }

  /** Frees spare buffers; what was taken must have been given back. Idempotent. */
  @Override
  public void close() {
    Resources all = new Resources();
    spare.values().forEach(each -> each.forEach(a -> all.add(() -> device.hostFree(a))));
    spare.clear();
    all.close();
  }
}

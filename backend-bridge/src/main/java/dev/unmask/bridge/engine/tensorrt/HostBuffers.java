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
   * @throws DeviceException where memory cannot be had, with no buffer spare any more
   */
  long take(long wanted) {
    long size = rounded(wanted);
    if (spare.containsKey(size)) {
      return pop(size);
    }
    if (bytes + size > limit) {
      freeSpare(bytes + size - limit);
    }
    long address = allocate(size);
    bytes += size;
    return address;
  }

  private long pop(long size) {
    Deque<Long> those = spare.get(size);
    long address = those.pop();
    if (those.isEmpty()) {
      spare.remove(size);
    }
    return address;
  }

  /** What others have taken of the machine's memory may be had for the buffers kept here. */
  private long allocate(long size) {
    try {
      return device.hostAlloc(size);
    } catch (DeviceException e) {
      if (!e.outOfMemory() || spare.isEmpty()) {
        throw e;
      }
      freeSpare(Long.MAX_VALUE);
      return device.hostAlloc(size);
    }
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
      long address = pop(size);
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

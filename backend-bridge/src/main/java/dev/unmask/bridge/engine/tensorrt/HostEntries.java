package dev.unmask.bridge.engine.tensorrt;

import com.sun.management.OperatingSystemMXBean;
import dev.unmask.bridge.engine.step.KvBlocks;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Saved beginnings of rows in page-locked host memory: {@code [tensors][heads][positions][headDim]}
 * densely. Copies are put on the session's stream and done in its order, so the buffer of an entry
 * that is dropped serves the next one at once.
 */
final class HostEntries implements AutoCloseable {
  private final DeviceRuntime device;
  private final long stream;
  private final KvLayout layout;
  private final HostBuffers buffers;
  private final Map<Integer, Entry> entries = new HashMap<>();
  private long countedPositions;

  private record Entry(int positions, long address) {}

  /**
   * @param budget positions that entries hold at most
   */
  HostEntries(DeviceRuntime device, long stream, KvLayout layout, long budget) {
    this.buffers = new HostBuffers(device, stream, budget * layout.bytesPerPosition());
    this.device = device;
    this.stream = stream;
    this.layout = layout;
  }

  /**
   * Refuses a budget whose entries could not all be in the machine's memory.
   *
   * @param budget positions that entries may hold where there are no rows
   * @param sessions that share the memory, with as many positions each
   * @throws UnmaskException UNAVAILABLE with the numbers
   */
  static void checkBudget(long budget, KvLayout layout, int sessions) {
    if (budget > mostPositions(layout) / sessions) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          "kvPositions="
              + budget
              + " of "
              + layout.bytesPerPosition()
              + " bytes: saved entries could take more than the machine's memory, which holds "
              + mostPositions(layout)
              + (sessions > 1 ? " for " + sessions + " devices" : "")
              + "; lower kvPositions");
    }
  }

  /** Positions that all of the machine's memory would hold. */
  static long mostPositions(KvLayout layout) {
    long machineBytes =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return machineBytes / layout.bytesPerPosition();
  }

  /** Positions of an entry, 0 where there is none of this name. */
  int positions(int name) {
    Entry entry = entries.get(name);
    return entry == null ? 0 : entry.positions();
  }

  /** Positions of all entries, each rounded up to whole KV blocks. */
  long countedPositions() {
    return countedPositions;
  }

  /**
   * Makes an entry of the first positions of a row.
   *
   * @param row address of the row's first tensor
   */
  void save(int name, int positions, long row) {
    long width = (long) positions * layout.headBytes();
    long tensorBytes = layout.heads() * width;
    Entry entry = new Entry(positions, buffers.take(bytes(positions)));
    entries.put(name, entry);
    countedPositions += KvBlocks.counted(positions);
    for (int tensor = 0; tensor < layout.tensors(); tensor++) {
      device.memcpy2d(
          entry.address() + tensor * tensorBytes,
          width,
          row + layout.offset(tensor, 0),
          layout.lineBytes(),
          width,
          layout.heads(),
          DeviceRuntime.Direction.TO_HOST,
          stream);
    }
  }

  /**
   * Copies the first positions of an entry into a row.
   *
   * @param row address of the row's first tensor
   */
  void restore(int name, int positions, long row) {
    Entry entry = entries.get(name);
    long pitch = (long) entry.positions() * layout.headBytes();
    long tensorBytes = layout.heads() * pitch;
    for (int tensor = 0; tensor < layout.tensors(); tensor++) {
      device.memcpy2d(
          row + layout.offset(tensor, 0),
          layout.lineBytes(),
          entry.address() + tensor * tensorBytes,
          pitch,
          (long) positions * layout.headBytes(),
          layout.heads(),
          DeviceRuntime.Direction.TO_DEVICE,
          stream);
    }
  }

  private long bytes(int positions) {
    return (long) positions * layout.bytesPerPosition();
  }

  /** Forgets an entry; nothing happens where there is none of this name. */
  void drop(int name) {
    Entry entry = entries.remove(name);
    if (entry != null) {
      countedPositions -= KvBlocks.counted(entry.positions());
      buffers.give(entry.address(), bytes(entry.positions()));
    }
  }

  /** Frees all entries and what they left; after the stream's end. Idempotent. */
  @Override
  public void close() {
    List.copyOf(entries.keySet()).forEach(this::drop);
    buffers.close();
  }
}

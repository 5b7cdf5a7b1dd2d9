package dev.unmask.bridge.engine.ort;

import dev.unmask.bridge.engine.step.KvBlocks;
import dev.unmask.bridge.engine.step.KvRows;
import dev.unmask.scheduler.StepPlan;
import java.util.HashMap;
import java.util.Map;

/**
 * Saved beginnings of slots, each in memory of its own: {@code [heads][positions][headDim]} densely
 * for every tensor of the cache. {@link KvBuffer} copies between them and the rows.
 */
final class KvEntries implements AutoCloseable {
  private final Map<Integer, Entry> entries = new HashMap<>();
  private long countedPositions;

  /**
   * One entry.
   *
   * @param positions cache indices {@code [0, positions)} are kept
   * @param tensors by tensor of the cache; owned, null where nothing is saved yet
   */
  private record Entry(int positions, NativeBuffer[] tensors) {}

  /** Positions of an entry, 0 where there is none of this name. */
  int positions(int name) {
    Entry entry = entries.get(name);
    return entry == null ? 0 : entry.positions();
  }

  /** Positions of all entries as memory is counted: each rounded up to whole KV blocks. */
  long countedPositions() {
    return countedPositions;
  }

  /** Makes an entry whose tensors are all null yet. */
  void add(int name, int positions, int tensors) {
    entries.put(name, new Entry(positions, new NativeBuffer[tensors]));
    countedPositions += KvBlocks.counted(positions);
  }

  /**
   * Copies one tensor of the entries that a plan saves.
   *
   * @param rows by save, the row to copy
   * @param capacity of the rows
   */
  void save(StepPlan plan, int[] rows, int tensor, KvBuffer buffer, int capacity) {
    for (int i = 0; i < plan.saveCount(); i++) {
      Entry entry = entries.get(plan.saveEntry(i));
      entry.tensors()[tensor] = buffer.save(rows[i], capacity, entry.positions());
    }
  }

  /**
   * Copies one tensor of the entries that a plan restores.
   *
   * @param rows where the slots are
   * @param capacity of the rows
   */
  void restore(StepPlan plan, KvRows rows, int tensor, KvBuffer buffer, int capacity) {
    for (int i = 0; i < plan.restoreCount(); i++) {
      Entry entry = entries.get(plan.restoreEntry(i));
      int row = rows.rowOf(plan.restoreSlot(i));
      buffer.restore(
          entry.tensors()[tensor], entry.positions(), row, capacity, plan.restorePositions(i));
    }
  }

  /** Frees an entry; nothing happens where there is none of this name. */
  void drop(int name) {
    Entry entry = entries.remove(name);
    if (entry != null) {
      free(entry);
      countedPositions -= KvBlocks.counted(entry.positions());
    }
  }

  private static void free(Entry entry) {
    for (NativeBuffer tensor : entry.tensors()) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }

  /** Frees all entries. Idempotent. */
  @Override
  public void close() {
    entries.values().forEach(KvEntries::free);
    entries.clear();
    countedPositions = 0;
  }
}

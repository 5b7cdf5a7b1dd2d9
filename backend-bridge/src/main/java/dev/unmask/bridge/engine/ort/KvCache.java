package dev.unmask.bridge.engine.ort;

import dev.unmask.bridge.engine.step.CacheState;
import dev.unmask.bridge.engine.step.KvRows;
import dev.unmask.bridge.engine.step.PlanChecks;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;

/**
 * The KV cache of a session: one {@link KvBuffer} per layer for keys and one for values, all laid
 * out alike, and the saved {@link KvEntries}. All rows have one common capacity, since attention
 * pays for the capacity of the cache and not for what is written.
 *
 * <p>Memory grows with what is used. Capacity follows {@link Capacities} and memory grows ahead of
 * it while the budget allows; room held ahead gives way when entries or rows need it. Each plan
 * changes one tensor after the other, so that what exists twice for a moment is one tensor at most.
 */
final class KvCache implements CacheState, AutoCloseable {
  private final KvGeometry geometry;
  private final int maxContext;
  private final long budget;
  private final long mostRoom;
  private final KvBuffer[] buffers;
  private final KvRows rows;
  private final KvEntries entries = new KvEntries();
  private int capacity;
  private long room;
  private int generation;

  /**
   * @param maxSequences rows at most
   * @param maxContext positions of a row at most
   * @param budget positions of rows and entries together at most
   * @throws UnmaskException UNSUPPORTED or UNAVAILABLE, with the numbers, where the largest size
   *     would not fit in memory
   */
  KvCache(KvGeometry geometry, int maxSequences, int maxContext, long budget) {
    MemoryLimits.check(geometry, maxSequences, maxContext, budget);
    this.geometry = geometry;
    this.maxContext = maxContext;
    this.budget = budget;
    mostRoom = (long) maxSequences * maxContext;
    buffers = new KvBuffer[2 * geometry.layers()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = new KvBuffer(geometry.heads(), geometry.headBytes());
    }
    rows = new KvRows(maxSequences);
  }

  /** Positions of rows and entries together at most. */
  @Override
  public long budget() {
    return budget;
  }

  /** Positions that memory is allocated for, entries included; never above the budget. */
  long allocatedPositions() {
    return room + entries.countedPositions();
  }

  /** Positions of all entries, as memory is counted. */
  @Override
  public long entryPositions() {
    return entries.countedPositions();
  }

  /** Positions of an entry, 0 where there is none of this name. */
  @Override
  public int entryPositions(int entry) {
    return entries.positions(entry);
  }

  /** Rows in use: {@code [0, liveRows())}. */
  int liveRows() {
    return rows.live();
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
  @Override
  public int rowOf(int slot) {
    return rows.rowOf(slot);
  }

  /** One past the highest cache index that a slot's rows have written; 0 where it has no row. */
  @Override
  public int written(int slot) {
    int row = rows.rowOf(slot);
    return row < 0 ? 0 : rows.written()[row];
  }

  /** Records that a row's cache indices below {@code end} are written. */
  void markWritten(int row, int end) {
    rows.markWritten(row, end);
  }

  /**
   * Does what a plan says about entries and slots, gives each of its rows a place, and makes room
   * for them. Positions that nothing has written are zero.
   *
   * @param plan one that {@link PlanChecks} accepts
   * @throws UnmaskException UNAVAILABLE where memory cannot be had; then all slots are forgotten,
   *     and of the entries those that the plan saves
   */
  void apply(StepPlan plan) {
    for (int i = 0; i < plan.droppedCount(); i++) {
      entries.drop(plan.droppedEntry(i));
    }
    int[] savedRows = addEntries(plan);
    rows.release(plan);
    int oldRows = rows.live();
    int nextCapacity = Capacities.next(capacity, placeRows(plan), maxContext, perRow());
    long nextRoom = nextRoom((long) rows.live() * nextCapacity);
    try {
      for (int tensor = 0; tensor < buffers.length; tensor++) {
        KvBuffer buffer = buffers[tensor];
        entries.save(plan, savedRows, tensor, buffer, capacity);
        moveRows(buffer);
        resize(buffer, oldRows, nextCapacity, nextRoom);
        entries.restore(plan, rows, tensor, buffer, nextCapacity);
      }
    } catch (UnmaskException e) {
      // The tensors no longer agree on a layout.
      forget(plan);
      throw e;
    }
    for (int i = 0; i < plan.restoreCount(); i++) {
      rows.markWritten(rows.rowOf(plan.restoreSlot(i)), plan.restorePositions(i));
    }
    if (nextCapacity != capacity || nextRoom != room) {
      capacity = nextCapacity;
      room = nextRoom;
      generation++;
    }
  }

  private int[] addEntries(StepPlan plan) {
    int[] savedRows = new int[plan.saveCount()];
    for (int i = 0; i < savedRows.length; i++) {
      savedRows[i] = rows.rowOf(plan.saveSlot(i));
      entries.add(plan.saveEntry(i), plan.savePositions(i), buffers.length);
    }
    return savedRows;
  }

  /** Gives every row of the plan its place; returns the positions that the longest row needs. */
  private int placeRows(StepPlan plan) {
    int longest = rows.longest();
    for (int row = 0; row < plan.rowCount(); row++) {
      if (rows.rowOf(plan.slot(row)) < 0) {
        rows.assign(plan.slot(row));
      }
      longest = Math.max(longest, plan.cacheStart(row) + plan.queryCount(row));
    }
    for (int i = 0; i < plan.restoreCount(); i++) {
      longest = Math.max(longest, plan.restorePositions(i));
    }
    return longest;
  }

  private long available() {
    return budget - entries.countedPositions();
  }

  private long perRow() {
    return rows.live() == 0 ? Long.MAX_VALUE : available() / rows.live();
  }

  /** Positions to hold memory for: more than needed when growing, no more than entries leave. */
  private long nextRoom(long needed) {
    if (needed > room) {
      return Math.min(Math.max(needed, room + room / 2), Math.min(available(), mostRoom));
    }
    return room > available() ? needed : room;
  }

  private void moveRows(KvBuffer buffer) {
    for (int move = 0; move < rows.moves(); move++) {
      buffer.copyRow(rows.moveFrom(move), rows.moveTo(move), rows.moveWritten(move), capacity);
    }
  }

  private void resize(KvBuffer buffer, int oldRows, int nextCapacity, long nextRoom) {
    if (nextRoom != room) {
      NativeBuffer next =
          NativeBuffer.allocate(nextRoom * geometry.tensorBytesPerPosition(), "KV cache");
      buffer.replace(next, rows.live(), rows.written(), capacity, nextCapacity);
    } else if (nextCapacity != capacity) {
      buffer.relayout(rows.live(), rows.written(), capacity, nextCapacity);
    } else {
      for (int row = oldRows; row < rows.live(); row++) {
        buffer.zeroRow(row, capacity);
      }
    }
  }

  private void forget(StepPlan plan) {
    for (int i = 0; i < plan.saveCount(); i++) {
      entries.drop(plan.saveEntry(i));
    }
    clear();
  }

  private void clear() {
    for (KvBuffer buffer : buffers) {
      buffer.close();
    }
    rows.clear();
    capacity = 0;
    room = 0;
    generation++;
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
  long[] shape(int count) {
    return new long[] {count, geometry.heads(), capacity, geometry.headDim()};
  }

  /** Type and head sizes. */
  KvGeometry geometry() {
    return geometry;
  }

  /** Frees all memory. Idempotent. */
  @Override
  public void close() {
    clear();
    entries.close();
  }
}

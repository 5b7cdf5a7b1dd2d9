package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.step.CacheState;
import dev.unmask.bridge.engine.step.KvRows;
import dev.unmask.scheduler.StepPlan;

/**
 * The KV cache of a session. Rows lie in device memory that is allocated once: TensorRT demands
 * that their capacity is fixed. Saved entries lie in page-locked host memory, so that they take
 * nothing from the rows; a save or restore crosses the bus once.
 *
 * <p>A row that is given to a sequence is zero: whatever is masked is still multiplied, and what an
 * earlier sequence left there might not be a number.
 */
final class DeviceKvCache implements CacheState {
  private final DeviceRuntime device;
  private final long stream;
  private final KvLayout layout;
  private final long base;
  private final long budget;
  private final KvRows rows;
  private final HostEntries entries;

  /**
   * Allocates the rows.
   *
   * @param resources takes charge of the memory, that of entries included
   * @param budget positions of rows and entries together at most, as the engine contract counts
   */
  DeviceKvCache(
      DeviceRuntime device, long stream, KvLayout layout, long budget, Resources resources) {
    this.device = device;
    this.stream = stream;
    this.layout = layout;
    this.budget = budget;
    base = device.malloc(layout.bytes());
    resources.add(() -> device.free(base));
    rows = new KvRows(layout.rows());
    entries = new HostEntries(device, stream, layout, budget);
    resources.add(entries::close);
  }

  @Override
  public long budget() {
    return budget;
  }

  @Override
  public int rowOf(int slot) {
    return rows.rowOf(slot);
  }

  @Override
  public int written(int slot) {
    int row = rows.rowOf(slot);
    return row < 0 ? 0 : rows.written()[row];
  }

  @Override
  public long entryPositions() {
    return entries.countedPositions();
  }

  @Override
  public int entryPositions(int entry) {
    return entries.positions(entry);
  }

  /** Rows in use: {@code [0, liveRows())}. */
  int liveRows() {
    return rows.live();
  }

  /** Positions of a row that are written. */
  int writtenOfRow(int row) {
    return rows.written()[row];
  }

  /** Records that a row's cache indices below {@code end} are written. */
  void markWritten(int row, int end) {
    rows.markWritten(row, end);
  }

  /** Where a tensor has its rows from a given one on. */
  long address(int tensor, int row) {
    return base + layout.offset(tensor, row);
  }

  /** Shape and size. */
  KvLayout layout() {
    return layout;
  }

  /**
   * Does what a plan says about entries and slots and gives each of its rows a place.
   *
   * @param plan one that {@link dev.unmask.bridge.engine.step.PlanChecks} accepts
   * @throws DeviceException where a call fails; then all slots are forgotten, and of the entries
   *     those that the plan saves
   */
  void apply(StepPlan plan) {
    try {
      for (int i = 0; i < plan.droppedCount(); i++) {
        entries.drop(plan.droppedEntry(i));
      }
      for (int i = 0; i < plan.saveCount(); i++) {
        int row = rows.rowOf(plan.saveSlot(i));
        entries.save(plan.saveEntry(i), plan.savePositions(i), address(0, row));
      }
      rows.release(plan);
      for (int move = 0; move < rows.moves(); move++) {
        moveRow(rows.moveFrom(move), rows.moveTo(move));
      }
      for (int row = 0; row < plan.rowCount(); row++) {
        place(plan.slot(row));
      }
      for (int i = 0; i < plan.restoreCount(); i++) {
        int row = rows.rowOf(plan.restoreSlot(i));
        entries.restore(plan.restoreEntry(i), plan.restorePositions(i), address(0, row));
        rows.markWritten(row, plan.restorePositions(i));
      }
    } catch (DeviceException e) {
      for (int i = 0; i < plan.saveCount(); i++) {
        entries.drop(plan.saveEntry(i));
      }
      rows.clear();
      throw e;
    }
  }

  private void place(int slot) {
    if (rows.rowOf(slot) < 0) {
      rows.assign(slot);
      int row = rows.rowOf(slot);
      for (int tensor = 0; tensor < layout.tensors(); tensor++) {
        device.clear(address(tensor, row), layout.rowBytes(), stream);
      }
    }
  }

  private void moveRow(int from, int to) {
    for (int tensor = 0; tensor < layout.tensors(); tensor++) {
      device.copyWithin(address(tensor, to), address(tensor, from), layout.rowBytes(), stream);
    }
  }
}

package dev.unmask.bridge.engine.step;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;

/**
 * What a cache will hold once the drops, saves, releases and restores of a plan are done. Refuses
 * those that cannot be done and rows beyond the budget, and changes nothing. Drops of entries that
 * are not held are passed over.
 */
public final class CacheForecast {
  private final boolean[] live;
  private final int[] written;
  private CacheState cache;
  private long entryPositions;

  public CacheForecast(int maxSequences) {
    live = new boolean[maxSequences];
    written = new int[maxSequences];
  }

  /**
   * Looks at the transfers and releases of a plan.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the first that cannot be done
   */
  public void begin(StepPlan plan, CacheState source) {
    cache = source;
    for (int slot = 0; slot < live.length; slot++) {
      live[slot] = source.rowOf(slot) >= 0;
      written[slot] = source.written(slot);
    }
    entryPositions = source.entryPositions();
    drops(plan);
    saves(plan);
    releases(plan);
    restores(plan);
  }

  /** One past the highest cache index that a slot will have written before its row runs. */
  public int written(int slot) {
    return written[slot];
  }

  private void drops(StepPlan plan) {
    for (int i = 0; i < plan.droppedCount(); i++) {
      int entry = plan.droppedEntry(i);
      if (!dropped(plan, entry, i)) {
        entryPositions -= KvBlocks.counted(cache.entryPositions(entry));
      }
    }
  }

  private void saves(StepPlan plan) {
    for (int i = 0; i < plan.saveCount(); i++) {
      int slot = plan.saveSlot(i);
      int entry = plan.saveEntry(i);
      int positions = plan.savePositions(i);
      checkSlot("save of entry=" + entry + " from slot=", slot);
      if (positions < 1 || positions > written[slot]) {
        throw UnmaskException.invalid(
            "save of entry="
                + entry
                + " positions="
                + positions
                + " outside [1, "
                + written[slot]
                + "], the written ones of slot="
                + slot);
      }
      if (held(plan, entry, i) > 0) {
        throw UnmaskException.invalid("save of entry=" + entry + ", which is in use");
      }
      entryPositions += KvBlocks.counted(positions);
    }
  }

  private void releases(StepPlan plan) {
    for (int i = 0; i < plan.releasedCount(); i++) {
      int slot = plan.releasedSlot(i);
      checkSlot("released slot=", slot);
      live[slot] = false;
      written[slot] = 0;
    }
  }

  private void restores(StepPlan plan) {
    for (int i = 0; i < plan.restoreCount(); i++) {
      int entry = plan.restoreEntry(i);
      int slot = plan.restoreSlot(i);
      int positions = plan.restorePositions(i);
      checkSlot("restore of entry=" + entry + " into slot=", slot);
      String what = "restore of entry=" + entry + " into slot=" + slot;
      int held = held(plan, entry, plan.saveCount());
      if (held == 0) {
        throw UnmaskException.invalid(what + ": no such entry");
      }
      if (positions < 1 || positions > held) {
        throw UnmaskException.invalid(
            what + " positions=" + positions + " outside [1, " + held + "], the saved ones");
      }
      if (live[slot]) {
        throw UnmaskException.invalid(what + ", which holds a sequence");
      }
      int start = firstRow(plan, slot, what);
      if (start > positions) {
        throw UnmaskException.invalid(
            what + " positions=" + positions + " before its row's cacheStart=" + start);
      }
      live[slot] = true;
      written[slot] = positions;
    }
  }

  private static int firstRow(StepPlan plan, int slot, String what) {
    for (int row = 0; row < plan.rowCount(); row++) {
      if (plan.slot(row) == slot) {
        return plan.cacheStart(row);
      }
    }
    throw UnmaskException.invalid(what + ", which has no row in the plan");
  }

  /** Positions of an entry after the drops and the first saves of a plan, 0 where there is none. */
  private int held(StepPlan plan, int entry, int saves) {
    for (int i = 0; i < saves; i++) {
      if (plan.saveEntry(i) == entry) {
        return plan.savePositions(i);
      }
    }
    return dropped(plan, entry, plan.droppedCount()) ? 0 : cache.entryPositions(entry);
  }

  private static boolean dropped(StepPlan plan, int entry, int drops) {
    for (int i = 0; i < drops; i++) {
      if (plan.droppedEntry(i) == entry) {
        return true;
      }
    }
    return false;
  }

  private void checkSlot(String what, int slot) {
    if (slot < 0 || slot >= live.length) {
      throw UnmaskException.invalid(what + slot + " outside [0, " + live.length + ")");
    }
  }

  /**
   * Counts what the cache will hold with the rows of the plan.
   *
   * @param plan the one that {@link #begin} saw, its rows checked
   * @throws UnmaskException UNAVAILABLE, with the numbers, where that is above the budget
   */
  public void checkBudget(StepPlan plan) {
    for (int row = 0; row < plan.rowCount(); row++) {
      int slot = plan.slot(row);
      live[slot] = true;
      written[slot] = Math.max(written[slot], plan.cacheStart(row) + plan.queryCount(row));
    }
    int rows = 0;
    int longest = 0;
    for (int slot = 0; slot < live.length; slot++) {
      if (live[slot]) {
        rows++;
        longest = Math.max(longest, written[slot]);
      }
    }
    long needed = rows * KvBlocks.counted(longest) + entryPositions;
    if (needed > cache.budget()) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE,
          "kvPositions="
              + cache.budget()
              + " do not hold the "
              + needed
              + " of "
              + rows
              + " sequences of up to "
              + longest
              + " positions and of entries that count "
              + entryPositions);
    }
  }
}

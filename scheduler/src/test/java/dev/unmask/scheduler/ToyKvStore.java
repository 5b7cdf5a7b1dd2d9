package dev.unmask.scheduler;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The cache of a {@link ToyEngine}: two layers per slot, and saved entries. Keeps to the order that
 * {@link StepPlan} states, counts memory as engines do, and refuses what an engine would refuse.
 */
final class ToyKvStore {
  private static final int BLOCK = 32;

  private record Saved(long[] layer0, long[] layer1) {
    int positions() {
      return layer0.length;
    }
  }

  private final long[][] layer0;
  private final long[][] layer1;
  private final int[] written;
  private final Map<Integer, Saved> entries = new HashMap<>();
  private final long kvPositions;

  ToyKvStore(int slots, int maxContext, long kvPositions) {
    this.layer0 = new long[slots][maxContext];
    this.layer1 = new long[slots][maxContext];
    this.written = new int[slots];
    this.kvPositions = kvPositions;
  }

  long[] layer0(int slot) {
    return layer0[slot];
  }

  long[] layer1(int slot) {
    return layer1[slot];
  }

  int entries() {
    return entries.size();
  }

  /** Loses everything that a failing engine may lose. */
  void lose() {
    entries.clear();
    for (int slot = 0; slot < written.length; slot++) {
      forget(slot);
    }
  }

  /** Does all of a plan but its rows, for which it makes room. */
  void prepare(StepPlan plan) {
    for (int i = 0; i < plan.droppedCount(); i++) {
      entries.remove(plan.droppedEntry(i));
    }
    for (int i = 0; i < plan.saveCount(); i++) {
      save(plan.saveSlot(i), plan.saveEntry(i), plan.savePositions(i));
    }
    checkBudget("saves");
    for (int i = 0; i < plan.releasedCount(); i++) {
      forget(plan.releasedSlot(i));
    }
    for (int i = 0; i < plan.restoreCount(); i++) {
      restore(plan.restoreEntry(i), plan.restoreSlot(i), plan.restorePositions(i));
    }
    for (int row = 0; row < plan.rowCount(); row++) {
      makeRoom(plan, row);
    }
    for (int i = 0; i < plan.restoreCount(); i++) {
      check(written[plan.restoreSlot(i)] > plan.restorePositions(i), "a restore without a row");
    }
    checkBudget("rows");
  }

  private void save(int slot, int entry, int positions) {
    check(positions <= written[slot], "save of " + positions + " of " + written[slot]);
    Saved saved =
        new Saved(Arrays.copyOf(layer0[slot], positions), Arrays.copyOf(layer1[slot], positions));
    check(entries.put(entry, saved) == null, "entry " + entry + " is in use");
  }

  private void forget(int slot) {
    Arrays.fill(layer0[slot], -1);
    Arrays.fill(layer1[slot], -1);
    written[slot] = 0;
  }

  private void restore(int entry, int slot, int positions) {
    Saved saved = entries.get(entry);
    check(saved != null, "restore of unknown entry " + entry);
    check(positions <= saved.positions(), "restore of " + positions + " of " + saved.positions());
    check(written[slot] == 0, "restore into slot " + slot + ", which holds a row");
    System.arraycopy(saved.layer0, 0, layer0[slot], 0, positions);
    System.arraycopy(saved.layer1, 0, layer1[slot], 0, positions);
    written[slot] = positions;
  }

  private void makeRoom(StepPlan plan, int row) {
    int slot = plan.slot(row);
    int start = plan.cacheStart(row);
    int end = start + plan.queryCount(row);
    check(start <= written[slot], "a gap before " + start + " behind " + written[slot]);
    check(end <= layer0[slot].length, "row to " + end + " beyond the cache");
    written[slot] = Math.max(written[slot], end);
    for (int q = plan.queryStart(row); q < plan.queryStart(row + 1); q++) {
      check(plan.visibleTo(q) <= written[slot], "sees " + plan.visibleTo(q) + " unwritten");
    }
  }

  /** Cache positions in use, counted as {@code EngineCapabilities.kvPositions} counts. */
  long used() {
    long rows = 0;
    int longest = 0;
    for (int end : written) {
      rows += end > 0 ? 1 : 0;
      longest = Math.max(longest, rounded(end));
    }
    long saved = 0;
    for (Saved entry : entries.values()) {
      saved += rounded(entry.positions());
    }
    return rows * longest + saved;
  }

  private static int rounded(int positions) {
    return (positions + BLOCK - 1) / BLOCK * BLOCK;
  }

  private void checkBudget(String after) {
    check(used() <= kvPositions, used() + " of " + kvPositions + " positions after " + after);
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }
}

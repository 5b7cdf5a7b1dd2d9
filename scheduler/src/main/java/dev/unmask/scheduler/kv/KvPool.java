package dev.unmask.scheduler.kv;

/**
 * A fixed budget of KV memory in blocks of {@value #BLOCK} positions, counted as engines count it:
 * every slot that holds a row costs as many blocks as the longest row, because attention pays for
 * one common capacity; a saved entry costs its own length. Single-owner.
 *
 * <p>A slot holds from the admission of its sequence, so that the row exists when its turn comes,
 * to the end or preemption of the sequence.
 */
public final class KvPool {
  /** Positions of a block. */
  public static final int BLOCK = 32;

  private final long totalBlocks;
  private final int[] positions;
  private int rows;
  private int longestBlocks;
  private int entries;
  private long entryBlocks;
  private long engineRowBlocks;

  /**
   * An empty pool.
   *
   * @param kvPositions cache positions of the engine, rounded down to whole blocks
   * @param slots sequences that may hold a row
   */
  public KvPool(long kvPositions, int slots) {
    totalBlocks = kvPositions / BLOCK;
    positions = new int[slots];
  }

  /** Blocks that hold a number of positions. */
  public static int blocks(int positions) {
    return (int) ((positions - 1L + BLOCK) / BLOCK);
  }

  /**
   * Makes a slot's row at least this long. May leave the pool over its budget: see {@link
   * #overBudget}.
   *
   * @param slot its slot
   * @param length cache positions, at least 1
   */
  public void hold(int slot, int length) {
    rows += positions[slot] == 0 ? 1 : 0;
    positions[slot] = Math.max(positions[slot], length);
    longestBlocks = Math.max(longestBlocks, blocks(length));
  }

  /** Gives back a slot's row; nothing happens where it has none. */
  public void release(int slot) {
    if (positions[slot] == 0) {
      return;
    }
    int freed = blocks(positions[slot]);
    positions[slot] = 0;
    rows--;
    if (freed == longestBlocks) {
      longestBlocks = countLongest();
    }
  }

  private int countLongest() {
    int longest = 0;
    for (int length : positions) {
      longest = Math.max(longest, blocks(length));
    }
    return longest;
  }

  /** Counts a saved entry of this many positions. */
  public void addEntry(int length) {
    entries++;
    entryBlocks += blocks(length);
  }

  /** Gives back a saved entry of this many positions. */
  public void removeEntry(int length) {
    entries--;
    entryBlocks -= blocks(length);
  }

  /**
   * Records that a plan is complete: once it has run, the engine holds the rows that the pool holds
   * now. Until the next plan has run it holds them even where the pool has released them.
   */
  public void planned() {
    engineRowBlocks = rowBlocks();
  }

  /** Whether more is held than there is. */
  public boolean overBudget() {
    return usedBlocks() > totalBlocks;
  }

  /** Blocks that all rows would take with one more row of this many positions. */
  public long rowBlocksWith(int length) {
    return (rows + 1L) * Math.max(longestBlocks, blocks(length));
  }

  /**
   * Whether an entry could be added, if no entries but a given number of blocks were kept. Engines
   * save before they release, so the rows of the last plan count as well as those of the next.
   *
   * @param length positions of the entry
   * @param keptBlocks blocks of entries that stay
   */
  public boolean fitsEntry(int length, long keptBlocks) {
    return blocks(length) + keptBlocks <= totalBlocks - Math.max(rowBlocks(), engineRowBlocks);
  }

  /** Blocks of the budget. */
  public long totalBlocks() {
    return totalBlocks;
  }

  /** Blocks of rows and entries. */
  public long usedBlocks() {
    return rowBlocks() + entryBlocks;
  }

  /** Blocks of all rows. */
  public long rowBlocks() {
    return (long) rows * longestBlocks;
  }

  /** Blocks of all saved entries. */
  public long entryBlocks() {
    return entryBlocks;
  }

  /** Slots that hold a row. */
  public int rows() {
    return rows;
  }

  /**
   * Counts again.
   *
   * @throws IllegalStateException where the counts do not balance or exceed the budget
   */
  public void validate() {
    int count = 0;
    for (int length : positions) {
      count += length > 0 ? 1 : 0;
    }
    if (count != rows || countLongest() != longestBlocks) {
      throw new IllegalStateException(
          "rows=" + rows + " of " + longestBlocks + " blocks, counted " + count);
    }
    if (entries < 0 || entryBlocks < entries || (entries == 0 && entryBlocks != 0)) {
      throw new IllegalStateException("entries=" + entries + " entryBlocks=" + entryBlocks);
    }
    if (overBudget()) {
      throw new IllegalStateException("usedBlocks=" + usedBlocks() + " of " + totalBlocks);
    }
  }
}

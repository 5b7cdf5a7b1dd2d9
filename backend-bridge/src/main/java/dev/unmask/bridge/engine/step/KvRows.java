package dev.unmask.bridge.engine.step;

import dev.unmask.scheduler.StepPlan;
import java.util.Arrays;

/**
 * Which slot has which row of the KV cache, and how much of each row is written. A slot is the
 * caller's name of a sequence, a row its place in memory. Rows in use are {@code [0, live())}
 * without holes. Bookkeeping only; an engine's cache moves the contents.
 */
public final class KvRows {
  private static final int NONE = -1;

  private final int[] rowOfSlot;
  private final int[] slotOfRow;
  private final int[] written;
  private final int[] moveFrom;
  private final int[] moveTo;
  private final int[] moveWritten;
  private int live;
  private int moves;

  public KvRows(int maxSequences) {
    rowOfSlot = new int[maxSequences];
    slotOfRow = new int[maxSequences];
    written = new int[maxSequences];
    moveFrom = new int[maxSequences];
    moveTo = new int[maxSequences];
    moveWritten = new int[maxSequences];
    Arrays.fill(rowOfSlot, NONE);
  }

  /** Rows in use. */
  public int live() {
    return live;
  }

  /** Row of a slot, -1 where it has none. */
  public int rowOf(int slot) {
    return rowOfSlot[slot];
  }

  /** Positions written, by row; borrowed, valid for the rows in use. */
  public int[] written() {
    return written;
  }

  /** Positions written of the row that has most. */
  public int longest() {
    int longest = 0;
    for (int row = 0; row < live; row++) {
      longest = Math.max(longest, written[row]);
    }
    return longest;
  }

  /** Gives a slot that has no row the next one, with nothing written. */
  public void assign(int slot) {
    rowOfSlot[slot] = live;
    slotOfRow[live] = slot;
    written[live] = 0;
    live++;
  }

  /** Records that a row's positions below {@code end} are written. */
  public void markWritten(int row, int end) {
    written[row] = Math.max(written[row], end);
  }

  /**
   * Forgets the released slots of a plan; the last rows move into the holes, which makes at most
   * one move for each of them. Slots without a row are passed over.
   */
  public void release(StepPlan plan) {
    moves = 0;
    for (int i = 0; i < plan.releasedCount(); i++) {
      int slot = plan.releasedSlot(i);
      if (rowOfSlot[slot] != NONE) {
        slotOfRow[rowOfSlot[slot]] = NONE;
        rowOfSlot[slot] = NONE;
      }
    }
    // From the last row down, so that no hole is filled with a row that is a hole itself.
    for (int row = live - 1; row >= 0; row--) {
      if (slotOfRow[row] == NONE) {
        int last = --live;
        if (row != last) {
          moveFrom[moves] = last;
          moveTo[moves] = row;
          moveWritten[moves++] = written[last];
          slotOfRow[row] = slotOfRow[last];
          rowOfSlot[slotOfRow[row]] = row;
          written[row] = written[last];
        }
      }
    }
  }

  /** Moves that the last release made necessary, to be done in ascending order. */
  public int moves() {
    return moves;
  }

  /** Row that a move copies. */
  public int moveFrom(int move) {
    return moveFrom[move];
  }

  /** Row that a move replaces. */
  public int moveTo(int move) {
    return moveTo[move];
  }

  /** Positions that a move copies. */
  public int moveWritten(int move) {
    return moveWritten[move];
  }

  /** Forgets all slots. */
  public void clear() {
    Arrays.fill(rowOfSlot, NONE);
    live = 0;
    moves = 0;
  }
}

package dev.unmask.bridge.engine.ort;

import dev.unmask.bridge.engine.step.RunPlanner;

/**
 * Deals the runs of a step out to lanes of about equal cost. The runs are laid end to end, those of
 * long rows first, and the line is cut at the row nearest to each even share; so at most one run is
 * cut for each lane more. The same step is always split alike.
 */
final class LaneSplit {
  private final int maxLanes;
  private final int overheadPositions;
  private final int lanePositions;
  private final int[] order;
  private final int[] firstRow;
  private final int[] endRow;
  private final int[] queryLength;
  private final int[] laneEnd;
  private int lanes;
  private int runs;

  /**
   * @param maxRows rows at most
   * @param maxLanes lanes at most
   * @param overheadPositions what a run costs besides its positions, in positions
   * @param lanePositions positions below which a lane of its own does not pay
   */
  LaneSplit(int maxRows, int maxLanes, int overheadPositions, int lanePositions) {
    this.maxLanes = maxLanes;
    this.overheadPositions = overheadPositions;
    this.lanePositions = lanePositions;
    order = new int[maxRows];
    firstRow = new int[maxRows];
    endRow = new int[maxRows];
    queryLength = new int[maxRows];
    laneEnd = new int[maxLanes];
  }

  /** Splits the runs of a planner. */
  void split(RunPlanner planner) {
    long positions = 0;
    int rows = 0;
    for (int run = 0; run < planner.runs(); run++) {
      int count = planner.endRow(run) - planner.firstRow(run);
      rows += count;
      positions += (long) count * planner.queryLength(run);
    }
    long paying = Math.min(positions / lanePositions, rows);
    lanes = (int) Math.max(1, Math.min(paying, maxLanes));
    sort(planner);
    deal(planner, positions + (long) planner.runs() * overheadPositions);
  }

  /** Orders the runs by descending length of their rows; equal ones stay as they are. */
  private void sort(RunPlanner planner) {
    for (int run = 0; run < planner.runs(); run++) {
      int place = run;
      while (place > 0 && planner.queryLength(order[place - 1]) < planner.queryLength(run)) {
        order[place] = order[place - 1];
        place--;
      }
      order[place] = run;
    }
  }

  private void deal(RunPlanner planner, long total) {
    runs = 0;
    int lane = 0;
    int laneStart = 0;
    long done = 0;
    for (int i = 0; i < planner.runs(); i++) {
      int run = order[i];
      int length = planner.queryLength(run);
      int first = planner.firstRow(run);
      done += overheadPositions;
      for (int row = first; row < planner.endRow(run); row++) {
        boolean started = runs > laneStart || row > first;
        // The row's middle lies beyond the lane's share.
        if (started && lane < lanes - 1 && (2 * done + length) * lanes > 2 * total * (lane + 1)) {
          add(first, row, length);
          laneEnd[lane++] = runs;
          laneStart = runs;
          first = row;
        }
        done += length;
      }
      add(first, planner.endRow(run), length);
    }
    laneEnd[lane] = runs;
    lanes = lane + 1;
  }

  private void add(int first, int end, int length) {
    if (first < end) {
      firstRow[runs] = first;
      endRow[runs] = end;
      queryLength[runs++] = length;
    }
  }

  /** Number of lanes that have work, at least 1. */
  int lanes() {
    return lanes;
  }

  /** First run of a lane. */
  int firstRun(int lane) {
    return lane == 0 ? 0 : laneEnd[lane - 1];
  }

  /** One past the last run of a lane. */
  int endRun(int lane) {
    return laneEnd[lane];
  }

  /** First row of a run. */
  int firstRow(int run) {
    return firstRow[run];
  }

  /** One past the last row of a run. */
  int endRow(int run) {
    return endRow[run];
  }

  /** Query positions of every row of a run, padding included. */
  int queryLength(int run) {
    return queryLength[run];
  }
}

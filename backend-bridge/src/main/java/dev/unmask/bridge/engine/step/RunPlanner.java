package dev.unmask.bridge.engine.step;

/**
 * Splits the live rows of a step into engine runs. A run covers consecutive rows, all with the same
 * number of query positions; shorter rows are padded where that harms nothing and costs less than a
 * run of their own.
 *
 * <p>The cost of a run is counted in query positions: those that it computes, padding included,
 * plus a constant for the run itself (kernel launches, and reading the weights once). The cheapest
 * split is found by dynamic programming over the rows.
 */
public final class RunPlanner {
  /**
   * Positions of a run of several rows at most. Arithmetic is saturated long before, while the
   * memory for activations and the mask keeps growing.
   */
  public static final int MAX_RUN_POSITIONS = 1024;

  private final int overheadPositions;
  private final int[] queryCount;
  private final int[] padLimit;
  private final long[] cost;
  private final int[] start;
  private final int[] firstRow;
  private final int[] endRow;
  private final int[] queryLength;
  private int rows;
  private int runs;

  /**
   * @param maxRows rows at most
   * @param overheadPositions what a run costs besides its positions, in positions
   */
  public RunPlanner(int maxRows, int overheadPositions) {
    this.overheadPositions = overheadPositions;
    queryCount = new int[maxRows];
    padLimit = new int[maxRows];
    cost = new long[maxRows + 1];
    start = new int[maxRows + 1];
    firstRow = new int[maxRows];
    endRow = new int[maxRows];
    queryLength = new int[maxRows];
  }

  /** Starts a step over a number of live rows, none of which takes part yet. */
  public void begin(int liveRows) {
    rows = liveRows;
    runs = 0;
    for (int row = 0; row < liveRows; row++) {
      queryCount[row] = 0;
    }
  }

  /**
   * Lets a row take part.
   *
   * @param count its query positions, at least 1
   * @param limit query positions up to which it may be padded, at least {@code count}
   */
  public void add(int row, int count, int limit) {
    queryCount[row] = count;
    padLimit[row] = limit;
  }

  /** Finds the runs, in ascending order of rows. */
  public void plan() {
    for (int end = 1; end <= rows; end++) {
      int last = end - 1;
      if (queryCount[last] == 0) {
        cost[end] = cost[last];
        start[end] = end;
        continue;
      }
      cost[end] = Long.MAX_VALUE;
      int longest = 0;
      int limit = Integer.MAX_VALUE;
      for (int first = last; first >= 0 && queryCount[first] > 0; first--) {
        longest = Math.max(longest, queryCount[first]);
        limit = Math.min(limit, padLimit[first]);
        long positions = (long) (end - first) * longest;
        if (longest > limit || (first < last && positions > MAX_RUN_POSITIONS)) {
          break;
        }
        long candidate = cost[first] + overheadPositions + positions;
        if (candidate < cost[end]) {
          cost[end] = candidate;
          start[end] = first;
        }
      }
    }
    collect();
  }

  private void collect() {
    int end = rows;
    while (end > 0) {
      int first = start[end];
      if (first == end) {
        end--;
        continue;
      }
      firstRow[runs] = first;
      endRow[runs] = end;
      int longest = 0;
      for (int row = first; row < end; row++) {
        longest = Math.max(longest, queryCount[row]);
      }
      queryLength[runs++] = longest;
      end = first;
    }
    for (int low = 0, high = runs - 1; low < high; low++, high--) {
      swap(firstRow, low, high);
      swap(endRow, low, high);
      swap(queryLength, low, high);
    }
  }

  private static void swap(int[] values, int a, int b) {
    int value = values[a];
    values[a] = values[b];
    values[b] = value;
  }

  /** Number of runs. */
  public int runs() {
    return runs;
  }

  /** First row of a run. */
  public int firstRow(int run) {
    return firstRow[run];
  }

  /** One past the last row of a run. */
  public int endRow(int run) {
    return endRow[run];
  }

  /** Query positions of every row of a run, padding included. */
  public int queryLength(int run) {
    return queryLength[run];
  }
}

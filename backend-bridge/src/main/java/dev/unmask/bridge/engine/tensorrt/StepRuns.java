package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.step.InputWriter;
import dev.unmask.bridge.engine.step.RunPlanner;
import dev.unmask.scheduler.StepPlan;
import java.util.Arrays;

/**
 * Splits a step into runs over consecutive rows of the cache, as few as may be: a run reads all the
 * weights. A row that takes no part, between two that do, is computed as padding where there is
 * room behind what it holds; so are rows that nobody uses, to fill a run's batch up.
 */
final class StepRuns {
  /** What a run costs besides its positions, in positions: the time to read the weights. */
  private static final int RUN_OVERHEAD_POSITIONS = 512;

  private final RunShapes shapes;
  private final RunPlanner planner;
  private final int maxRows;
  private final int[] planRowOfRow;
  private final int[] padLimitOfRow;
  private final int[] padWriteOfRow;
  private final RunShape[] runs;
  private final int[] runRows;
  private final int[] padWrites;
  private int count;

  /**
   * @param maxRows rows of the cache
   */
  StepRuns(int maxRows, RunShapes shapes) {
    this.maxRows = maxRows;
    this.shapes = shapes;
    planner = new RunPlanner(maxRows, RUN_OVERHEAD_POSITIONS);
    planRowOfRow = new int[maxRows];
    padLimitOfRow = new int[maxRows];
    padWriteOfRow = new int[maxRows];
    runs = new RunShape[maxRows];
    runRows = new int[maxRows];
    padWrites = new int[maxRows];
  }

  /** Plans the runs of a step and marks what they will have written. */
  void plan(StepPlan plan, DeviceKvCache cache) {
    int capacity = cache.layout().capacity();
    Arrays.fill(planRowOfRow, InputWriter.PADDING);
    int first = maxRows;
    int last = 0;
    for (int planRow = 0; planRow < plan.rowCount(); planRow++) {
      int row = cache.rowOf(plan.slot(planRow));
      planRowOfRow[row] = planRow;
      first = Math.min(first, row);
      last = Math.max(last, row);
    }
    planner.begin(last + 1);
    for (int row = 0; row < maxRows; row++) {
      int planRow = planRowOfRow[row];
      boolean live = row < cache.liveRows();
      int written = live ? cache.writtenOfRow(row) : 0;
      if (planRow == InputWriter.PADDING) {
        padWriteOfRow[row] = written;
        padLimitOfRow[row] = capacity - written;
        if (row > first && row < last && padLimitOfRow[row] > 0) {
          planner.add(row, 1, padLimitOfRow[row]);
        }
      } else {
        int start = plan.cacheStart(planRow);
        int queries = plan.queryCount(planRow);
        // Padding is written behind the row's last position and must not replace anything.
        padLimitOfRow[row] = start + queries >= written ? capacity - start : queries;
        planner.add(row, queries, padLimitOfRow[row]);
        cache.markWritten(row, start + queries);
      }
    }
    planner.plan();
    collect(plan);
  }

  private void collect(StepPlan plan) {
    count = 0;
    for (int run = 0; run < planner.runs(); run++) {
      int from = planner.firstRow(run);
      int end = planner.endRow(run);
      while (from < end && planRowOfRow[from] == InputWriter.PADDING) {
        from++;
      }
      while (end > from && planRowOfRow[end - 1] == InputWriter.PADDING) {
        end--;
      }
      while (from < end) {
        int to = end(plan, from, end, planner.queryLength(run));
        add(plan, from, to, planner.queryLength(run));
        from = to;
      }
    }
  }

  /** One past the last row that a run from a row on may have, as the plan's profiles say. */
  private int end(StepPlan plan, int from, int end, int length) {
    int most = Math.min(end, from + Math.max(1, shapes.maxBatch(length)));
    int outputs = 0;
    for (int row = from; row < most; row++) {
      outputs += outputs(plan, row);
      if (row > from && outputs > shapes.maxOutputs(length)) {
        return row;
      }
    }
    return most;
  }

  private int outputs(StepPlan plan, int row) {
    int planRow = planRowOfRow[row];
    return planRow == InputWriter.PADDING ? 0 : plan.outputCount(planRow);
  }

  private void add(StepPlan plan, int from, int to, int length) {
    int outputs = 0;
    int queryLimit = Integer.MAX_VALUE;
    boolean used = false;
    for (int row = from; row < to; row++) {
      queryLimit = Math.min(queryLimit, padLimitOfRow[row]);
      if (planRowOfRow[row] != InputWriter.PADDING) {
        outputs += outputs(plan, row);
        used = true;
      }
    }
    if (!used) {
      return;
    }
    // A run that only fills the cache still computes one output, which nobody reads.
    int wanted = Math.max(outputs, 1);
    int limit = to;
    // Rows behind the run may fill it up where they are nobody's or have room for its padding.
    int room = queryLimit;
    while (limit < maxRows
        && planRowOfRow[limit] == InputWriter.PADDING
        && padLimitOfRow[limit] >= Buckets.holding(length, queryLimit)) {
      room = Math.min(room, padLimitOfRow[limit++]);
    }
    runs[count] = shapes.choose(from, to - from, limit - from, length, room, wanted);
    runRows[count] = to - from;
    count++;
  }

  /** Number of runs. */
  int count() {
    return count;
  }

  /** Shape of a run. */
  RunShape shape(int run) {
    return runs[run];
  }

  /** Fills in, for each row of a run, its row in the plan or {@link InputWriter#PADDING}. */
  void fillPlanRows(int run, int[] planRows) {
    int first = runs[run].firstRow();
    for (int r = 0; r < runs[run].batch(); r++) {
      planRows[r] = r < runRows[run] ? planRowOfRow[first + r] : InputWriter.PADDING;
    }
  }

  /** For each row of a run, where its padding is written if all of it is; valid until the next. */
  int[] padWrites(int run) {
    int first = runs[run].firstRow();
    for (int r = 0; r < runs[run].batch(); r++) {
      padWrites[r] = padWriteOfRow[first + r];
    }
    return padWrites;
  }
}

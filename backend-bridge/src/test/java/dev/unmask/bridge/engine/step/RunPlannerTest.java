package dev.unmask.bridge.engine.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RunPlannerTest {
  private static final int OVERHEAD = 4;
  private static final int FREE = 1000;

  @Test
  void plan_equalRows_oneRun() {
    assertEquals("0-3x16", planned(new int[] {16, 16, 16}, FREE));
  }

  @Test
  void plan_idleRowBetween_twoRuns() {
    assertEquals("0-1x16 2-3x16", planned(new int[] {16, 0, 16}, FREE));
  }

  @Test
  void plan_slightlyShorterRow_isPadded() {
    assertEquals("0-2x16", planned(new int[] {16, 13}, FREE));
  }

  @Test
  void plan_muchShorterRow_runsAlone() {
    assertEquals("0-1x16 1-2x8", planned(new int[] {16, 8}, FREE));
  }

  @Test
  void plan_paddingForbidden_runsAlone() {
    assertEquals("0-1x16 1-2x15", planned(new int[] {16, 15}, 0));
  }

  @Test
  void plan_longRows_runsStayBelowTheLimit() {
    assertEquals("0-2x500 2-3x500", planned(new int[] {500, 500, 500}, FREE));
    assertEquals("0-1x3000 1-2x3000", planned(new int[] {3000, 3000}, FREE));
  }

  @Test
  void plan_nothing_noRuns() {
    assertEquals("", planned(new int[] {0, 0}, FREE));
    assertEquals("", planned(new int[0], FREE));
  }

  @Test
  void plan_random_isAsCheapAsTheBestOfAllSplits() {
    Random random = new Random(3);
    for (int trial = 0; trial < 400; trial++) {
      int rows = 1 + random.nextInt(8);
      RunPlanner planner = new RunPlanner(8, OVERHEAD);
      planner.begin(rows);
      int[] counts = new int[rows];
      int[] limits = new int[rows];
      for (int row = 0; row < rows; row++) {
        counts[row] = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(12);
        limits[row] = counts[row] + random.nextInt(8);
        if (counts[row] > 0) {
          planner.add(row, counts[row], limits[row]);
        }
      }
      planner.plan();
      assertEquals(cheapest(counts, limits), cost(planner, counts, limits), "trial " + trial);
    }
  }

  /** Cost of the planned runs, after checking that they cover each active row once. */
  private static long cost(RunPlanner planner, int[] counts, int[] limits) {
    long cost = 0;
    int next = 0;
    for (int run = 0; run < planner.runs(); run++) {
      for (; next < planner.firstRow(run); next++) {
        assertEquals(0, counts[next], "row " + next + " is left out");
      }
      for (; next < planner.endRow(run); next++) {
        assertTrue(counts[next] > 0 && counts[next] <= planner.queryLength(run));
        assertTrue(limits[next] >= planner.queryLength(run), "padded past its limit");
      }
      cost +=
          OVERHEAD
              + (long) (planner.endRow(run) - planner.firstRow(run)) * planner.queryLength(run);
    }
    for (; next < counts.length; next++) {
      assertEquals(0, counts[next], "row " + next + " is left out");
    }
    return cost;
  }

  private static long cheapest(int[] counts, int[] limits) {
    long best = Long.MAX_VALUE;
    for (int cuts = 0; cuts < 1 << (counts.length - 1); cuts++) {
      best = Math.min(best, costOf(counts, limits, cuts));
    }
    return best;
  }

  private static long costOf(int[] counts, int[] limits, int cuts) {
    long cost = 0;
    int first = 0;
    for (int row = 0; row < counts.length; row++) {
      if (row == counts.length - 1 || (cuts >> row & 1) == 1) {
        long part = segment(counts, limits, first, row + 1);
        if (part < 0) {
          return Long.MAX_VALUE;
        }
        cost += part;
        first = row + 1;
      }
    }
    return cost;
  }

  private static long segment(int[] counts, int[] limits, int first, int end) {
    if (end - first == 1 && counts[first] == 0) {
      return 0;
    }
    int longest = 0;
    for (int row = first; row < end; row++) {
      longest = Math.max(longest, counts[row]);
    }
    for (int row = first; row < end; row++) {
      if (counts[row] == 0 || limits[row] < longest) {
        return -1;
      }
    }
    return OVERHEAD + (long) (end - first) * longest;
  }

  private static String planned(int[] counts, int spare) {
    RunPlanner planner = new RunPlanner(8, OVERHEAD);
    planner.begin(counts.length);
    for (int row = 0; row < counts.length; row++) {
      if (counts[row] > 0) {
        planner.add(row, counts[row], counts[row] + spare);
      }
    }
    planner.plan();
    StringBuilder text = new StringBuilder();
    for (int run = 0; run < planner.runs(); run++) {
      text.append(run == 0 ? "" : " ")
          .append(planner.firstRow(run))
          .append('-')
          .append(planner.endRow(run))
          .append('x')
          .append(planner.queryLength(run));
    }
    return text.toString();
  }
}

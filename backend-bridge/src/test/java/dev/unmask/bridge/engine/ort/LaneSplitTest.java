package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.step.RunPlanner;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaneSplitTest {
  private static final int OVERHEAD = 4;

  /** Rows of the given query positions, 0 for one that takes no part, none of them padded. */
  private static RunPlanner planned(int... counts) {
    RunPlanner planner = new RunPlanner(counts.length, OVERHEAD);
    planner.begin(counts.length);
    for (int row = 0; row < counts.length; row++) {
      if (counts[row] > 0) {
        planner.add(row, counts[row], counts[row]);
      }
    }
    planner.plan();
    return planner;
  }

  private static LaneSplit split(int maxLanes, int lanePositions, int... counts) {
    LaneSplit split = new LaneSplit(counts.length, maxLanes, OVERHEAD, lanePositions);
    split.split(planned(counts));
    return split;
  }

  private static int positions(LaneSplit split, int lane) {
    int positions = 0;
    for (int run = split.firstRun(lane); run < split.endRun(lane); run++) {
      positions += (split.endRow(run) - split.firstRow(run)) * split.queryLength(run);
    }
    return positions;
  }

  @Test
  void split_equalRows_halves() {
    LaneSplit split = split(2, 2, 16, 16, 16, 16, 16, 16, 16, 16);
    assertEquals(2, split.lanes());
    assertEquals(64, positions(split, 0));
    assertEquals(64, positions(split, 1));
    assertEquals(2, split.endRun(1));
  }

  @Test
  void split_oneLongRowInTheMiddle_hasALaneOfItsOwn() {
    LaneSplit split = split(2, 2, 16, 16, 16, 135, 16, 16, 16, 16);
    assertEquals(135, positions(split, 0));
    assertEquals(112, positions(split, 1));
  }

  @Test
  void split_longAndShortRows_cutsAmongTheShort() {
    LaneSplit split = split(2, 2, 16, 16, 16, 16, 16, 16, 16, 40);
    assertEquals(72, positions(split, 0));
    assertEquals(80, positions(split, 1));
  }

  @ParameterizedTest
  @CsvSource({"1, 8, 1", "2, 1, 1", "2, 2, 1", "2, 4, 2", "4, 8, 4", "4, 5, 2", "8, 16, 8"})
  void split_littleWork_usesFewerLanes(int maxLanes, int rows, int lanes) {
    int[] counts = new int[rows];
    Arrays.fill(counts, 1);
    assertEquals(lanes, split(maxLanes, 2, counts).lanes());
  }

  @Test
  void split_oneRow_isOneLane() {
    LaneSplit split = split(4, 2, 0, 500, 0);
    assertEquals(1, split.lanes());
    assertEquals(500, positions(split, 0));
  }

  @Test
  void split_random_everyRowOnceAndBalanced() {
    Random random = new Random(11);
    for (int round = 0; round < 2000; round++) {
      int[] counts = random.ints(1 + random.nextInt(20), 0, 60).toArray();
      int row = random.nextInt(counts.length);
      counts[row] = Math.max(1, counts[row]);
      int maxLanes = 1 + random.nextInt(5);
      LaneSplit split = split(maxLanes, 1 + random.nextInt(40), counts);
      assertTrue(split.lanes() >= 1 && split.lanes() <= maxLanes);
      boolean[] seen = new boolean[counts.length];
      int longest = 0;
      int total = 0;
      int run = 0;
      for (int lane = 0; lane < split.lanes(); lane++) {
        assertEquals(run, split.firstRun(lane));
        assertTrue(split.endRun(lane) > run, "lane " + lane + " has work");
        for (; run < split.endRun(lane); run++) {
          for (int r = split.firstRow(run); r < split.endRow(run); r++) {
            assertTrue(!seen[r] && counts[r] > 0, "row " + r);
            assertEquals(counts[r], split.queryLength(run));
            seen[r] = true;
            longest = Math.max(longest, counts[r]);
            total += counts[r];
          }
        }
      }
      for (int r = 0; r < counts.length; r++) {
        assertEquals(counts[r] > 0, seen[r], "row " + r);
      }
      int overhead = OVERHEAD * counts.length;
      for (int lane = 0; lane < split.lanes(); lane++) {
        int share = positions(split, lane);
        assertTrue(share <= (total + overhead) / split.lanes() + longest, share + " of " + total);
      }
    }
  }
}

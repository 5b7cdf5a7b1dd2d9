package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.step.KvBlocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapacitiesTest {
  @ParameterizedTest
  @CsvSource({
    "1, 32",
    "32, 32",
    "33, 64",
    "135, 160",
    "256, 256",
    "257, 320",
    "512, 512",
    "513, 640",
    "3000, 3072",
    "4000, 4000"
  })
  void holding_positions_roundsUp(int positions, int capacity) {
    assertEquals(capacity, Capacities.holding(positions, 4000));
  }

  @Test
  void holding_everyLength_fitsWithLittleWaste() {
    int distinct = 0;
    int previous = 0;
    for (int positions = 1; positions <= 32_768; positions++) {
      int capacity = Capacities.holding(positions, 32_768);
      assertTrue(capacity >= positions && capacity >= previous);
      assertTrue(capacity <= Math.max(positions + 31, positions * 5 / 4), "at " + positions);
      distinct += capacity == previous ? 0 : 1;
      previous = capacity;
    }
    assertTrue(distinct <= 40, distinct + " capacities");
  }

  @Test
  void holding_smallContext_isTheContext() {
    assertEquals(20, Capacities.holding(3, 20));
  }

  @Test
  void next_shrinksOnlyByHalf() {
    assertEquals(256, Capacities.next(256, 150, 1024, Long.MAX_VALUE));
    assertEquals(128, Capacities.next(256, 128, 1024, Long.MAX_VALUE));
    assertEquals(320, Capacities.next(256, 257, 1024, Long.MAX_VALUE));
  }

  @Test
  void next_memoryShort_isWholeBlocks() {
    assertEquals(288, Capacities.next(256, 257, 1024, 319));
    assertEquals(288, Capacities.next(288, 258, 1024, 640));
    assertEquals(320, Capacities.next(256, 257, 1024, 320));
    assertEquals(160, Capacities.next(256, 150, 1024, 160));
    assertEquals(500, Capacities.next(256, 490, 500, 512));
    assertEquals(20, Capacities.next(0, 3, 20, 32));
  }

  @Test
  void counted_anyLength_isWholeBlocks() {
    assertEquals(0, KvBlocks.counted(0));
    assertEquals(32, KvBlocks.counted(1));
    assertEquals(32, KvBlocks.counted(32));
    assertEquals(1L << 31, KvBlocks.counted(Integer.MAX_VALUE));
  }
}

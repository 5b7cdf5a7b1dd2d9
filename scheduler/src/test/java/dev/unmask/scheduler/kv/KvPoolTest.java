package dev.unmask.scheduler.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class KvPoolTest {
  @Test
  void hold_everyRowCostsTheLongest() {
    KvPool pool = new KvPool(10 * 32 + 31, 4);
    assertEquals(10, pool.totalBlocks());
    pool.hold(0, 1);
    pool.hold(2, 32);
    assertEquals(2, pool.usedBlocks());
    pool.hold(2, 33);
    assertEquals(4, pool.usedBlocks());
    assertEquals(6, pool.rowBlocksWith(5));
    assertEquals(9, pool.rowBlocksWith(96));
    pool.hold(2, 7);
    assertEquals(4, pool.usedBlocks());
    pool.release(2);
    pool.release(2);
    assertEquals(1, pool.usedBlocks());
    pool.validate();
  }

  @Test
  void entries_costTheirOwnLength() {
    KvPool pool = new KvPool(10 * 32, 4);
    pool.addEntry(33);
    pool.addEntry(32);
    assertEquals(3, pool.entryBlocks());
    pool.hold(0, 64);
    assertEquals(5, pool.usedBlocks());
    pool.removeEntry(33);
    assertEquals(3, pool.usedBlocks());
    pool.validate();
  }

  @Test
  void fitsEntry_countsRowsThatTheEngineStillHolds() {
    KvPool pool = new KvPool(4 * 32, 4);
    pool.hold(0, 96);
    pool.planned();
    pool.release(0);
    assertTrue(pool.fitsEntry(32, 0));
    assertFalse(pool.fitsEntry(33, 0));
    assertFalse(pool.fitsEntry(32, 1));
    pool.planned();
    assertTrue(pool.fitsEntry(128, 0));
  }

  @Test
  void validate_overBudget_throws() {
    KvPool pool = new KvPool(4 * 32, 4);
    pool.hold(0, 129);
    assertTrue(pool.overBudget());
    assertThrows(IllegalStateException.class, pool::validate);
  }

  @Test
  void unlimited_neverOverflows() {
    KvPool pool = new KvPool(Long.MAX_VALUE, 1000);
    for (int slot = 0; slot < 1000; slot++) {
      pool.hold(slot, Integer.MAX_VALUE);
    }
    assertFalse(pool.overBudget());
    assertEquals(1001L * (1 << 26), pool.rowBlocksWith(1));
    pool.validate();
  }

  @Test
  void randomHoldsAndReleases_countsAsFromScratch() {
    Random random = new Random(1);
    KvPool pool = new KvPool(Long.MAX_VALUE, 5);
    int[] held = new int[5];
    for (int i = 0; i < 5000; i++) {
      int slot = random.nextInt(5);
      if (random.nextBoolean()) {
        int length = 1 + random.nextInt(300);
        pool.hold(slot, length);
        held[slot] = Math.max(held[slot], length);
      } else {
        pool.release(slot);
        held[slot] = 0;
      }
      int rows = 0;
      int longest = 0;
      for (int length : held) {
        rows += length > 0 ? 1 : 0;
        longest = Math.max(longest, (length + 31) / 32);
      }
      assertEquals((long) rows * longest, pool.usedBlocks());
      pool.validate();
    }
  }
}

package dev.unmask.scheduler.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefixIndexTest {
  private static final int CAUSAL = 1;

  private static int[] tokens(int length) {
    return new Random(3).ints(length, 0, 1000).toArray();
  }

  private static int found(PrefixIndex index, int granularity, int[] tokens, int length) {
    PrefixIndex.Match match = index.find(granularity, tokens, length);
    return match == null ? 0 : match.positions();
  }

  @Test
  void find_causal_longestCommonPrefixUpToTheLimit() {
    PrefixIndex index = new PrefixIndex(4);
    int[] tokens = tokens(100);
    index.add(CAUSAL, tokens, 60);
    index.add(CAUSAL, tokens, 80);
    assertEquals(80, found(index, CAUSAL, tokens, 100));
    assertEquals(70, found(index, CAUSAL, tokens, 70));
    tokens[40]++;
    assertEquals(40, found(index, CAUSAL, tokens, 100));
    tokens[31]++;
    assertEquals(0, found(index, CAUSAL, tokens, 100));
  }

  @Test
  void find_blocks_multiplesOfTheirLengthUnderTheSameLength() {
    PrefixIndex index = new PrefixIndex(4);
    int[] tokens = tokens(100);
    index.add(16, tokens, 96);
    assertEquals(96, found(index, 16, tokens, 100));
    assertEquals(80, found(index, 16, tokens, 90));
    assertEquals(0, found(index, 8, tokens, 100));
    assertEquals(0, found(index, CAUSAL, tokens, 100));
  }

  @Test
  void find_whole_identicalOnly() {
    PrefixIndex index = new PrefixIndex(4);
    int[] tokens = tokens(100);
    index.add(PrefixIndex.WHOLE, tokens, 60);
    assertEquals(60, found(index, PrefixIndex.WHOLE, tokens, 60));
    assertEquals(0, found(index, PrefixIndex.WHOLE, tokens, 61));
    assertEquals(0, found(index, PrefixIndex.WHOLE, tokens, 59));
    tokens[0]++;
    assertEquals(0, found(index, PrefixIndex.WHOLE, tokens, 60));
  }

  @Test
  void evict_leastRecentlyUsedThatIsNotPinned() {
    PrefixIndex index = new PrefixIndex(3);
    int[] tokens = tokens(100);
    PrefixIndex.Entry first = index.add(PrefixIndex.WHOLE, tokens, 40);
    PrefixIndex.Entry second = index.add(PrefixIndex.WHOLE, tokens, 50);
    PrefixIndex.Entry third = index.add(PrefixIndex.WHOLE, tokens, 70);
    assertTrue(index.full());
    assertThrows(IllegalStateException.class, () -> index.add(CAUSAL, tokens, 90));
    assertTrue(index.covers(PrefixIndex.WHOLE, tokens, 40));
    second.pin();
    assertEquals(2, index.pinnedBlocks());
    assertSame(third, index.evict());
    assertSame(first, index.evict());
    assertNull(index.evict());
    second.unpin();
    assertThrows(IllegalStateException.class, second::unpin);
  }

  @Test
  void removeContinued_onlyProperPrefixes() {
    PrefixIndex index = new PrefixIndex(3);
    int[] tokens = tokens(100);
    int[] other = tokens.clone();
    other[45]++;
    index.add(CAUSAL, other, 50);
    PrefixIndex.Entry shorter = index.add(CAUSAL, tokens, 50);
    index.add(PrefixIndex.WHOLE, tokens, 50);
    assertSame(shorter, index.removeContinued(CAUSAL, tokens, 80));
    assertNull(index.removeContinued(CAUSAL, tokens, 80));
    assertNull(index.removeContinued(PrefixIndex.WHOLE, tokens, 80));
    assertEquals(2, index.size());
    index.validate();
  }

  @Test
  void covers_tokensOfTheIndexAreItsOwn() {
    PrefixIndex index = new PrefixIndex(1);
    int[] tokens = tokens(64);
    index.add(CAUSAL, tokens, 64);
    int[] same = tokens.clone();
    Arrays.fill(tokens, 0);
    assertTrue(index.covers(CAUSAL, same, 64));
    assertFalse(index.covers(CAUSAL, tokens, 64));
  }

  @Test
  void randomUse_validAndIdsNeverShared() {
    Random random = new Random(5);
    PrefixIndex index = new PrefixIndex(6);
    for (int i = 0; i < 3000; i++) {
      int[] tokens = random.ints(96, 0, 2).toArray();
      int granularity = random.nextInt(5);
      int length = granularity == 0 ? 40 : 96 / granularity * granularity;
      if (!index.covers(granularity, tokens, length)) {
        index.removeContinued(granularity, tokens, length);
        if (index.full()) {
          index.evict();
        }
        index.add(granularity, tokens, length);
      }
      if (random.nextInt(200) == 0) {
        index.clear();
      }
      index.validate();
    }
  }
}

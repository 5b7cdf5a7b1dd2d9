package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxJavaType;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KvCacheTest {
  private static final KvGeometry GEOMETRY = new KvGeometry(2, 3, 2, OnnxJavaType.FLOAT);
  private static final int SLOTS = 6;
  private static final int CONTEXT = 500;

  /** What each slot's positions should hold, by slot. */
  private final Map<Integer, float[]> model = new HashMap<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomLife_matchesNaiveModel(long seed) {
    Random random = new Random(seed);
    try (KvCache cache = new KvCache(GEOMETRY, SLOTS, CONTEXT)) {
      for (int step = 0; step < 120; step++) {
        if (random.nextInt(4) == 0) {
          releaseSome(cache, random);
        } else {
          writeSome(cache, random);
        }
        verify(cache);
      }
    }
  }

  private void releaseSome(KvCache cache, Random random) {
    boolean[] released = new boolean[SLOTS];
    for (int slot = 0; slot < SLOTS; slot++) {
      if (random.nextInt(3) == 0) {
        released[slot] = true;
        model.remove(slot);
      }
    }
    cache.release(released);
  }

  private void writeSome(KvCache cache, Random random) {
    int slot = random.nextInt(SLOTS);
    int row = cache.rowOf(slot);
    if (row < 0) {
      row = cache.assign(slot);
      assertEquals(cache.liveRows() - 1, row);
      model.put(slot, new float[0]);
    }
    float[] old = model.get(slot);
    int start = random.nextInt(old.length + 1);
    int length = 1 + random.nextInt(random.nextInt(8) == 0 ? 300 : 20);
    int end = Math.min(CONTEXT, start + length);
    cache.reserve(end);
    float[] next = new float[Math.max(end, old.length)];
    System.arraycopy(old, 0, next, 0, old.length);
    for (int position = start; position < end; position++) {
      next[position] = random.nextFloat() + 1;
      for (int tensor = 0; tensor < cache.tensors(); tensor++) {
        ByteBuffer bytes = cache.rows(tensor, row, row + 1).order(ByteOrder.nativeOrder());
        for (int head = 0; head < GEOMETRY.heads(); head++) {
          for (int d = 0; d < GEOMETRY.headDim(); d++) {
            bytes.putFloat(
                index(cache, head, position, d), expected(next[position], tensor, head, d));
          }
        }
      }
    }
    cache.markWritten(row, end);
    model.put(slot, next);
  }

  private void verify(KvCache cache) {
    assertEquals(model.size(), cache.liveRows());
    boolean[] taken = new boolean[cache.liveRows()];
    for (int slot = 0; slot < SLOTS; slot++) {
      int row = cache.rowOf(slot);
      assertEquals(model.containsKey(slot), row >= 0, "slot " + slot);
      if (row < 0) {
        assertEquals(0, cache.written(slot));
        continue;
      }
      assertTrue(row < taken.length && !taken[row], "row " + row + " is dense and single");
      taken[row] = true;
      float[] values = model.get(slot);
      assertEquals(values.length, cache.written(slot));
      if (cache.capacity() == 0) {
        continue;
      }
      for (int tensor = 0; tensor < cache.tensors(); tensor++) {
        ByteBuffer bytes = cache.rows(tensor, row, row + 1).order(ByteOrder.nativeOrder());
        for (int head = 0; head < GEOMETRY.heads(); head++) {
          for (int position = 0; position < cache.capacity(); position++) {
            for (int d = 0; d < GEOMETRY.headDim(); d++) {
              float want =
                  position < values.length ? expected(values[position], tensor, head, d) : 0f;
              assertEquals(want, bytes.getFloat(index(cache, head, position, d)));
            }
          }
        }
      }
    }
  }

  private static int index(KvCache cache, int head, int position, int d) {
    return ((head * cache.capacity() + position) * GEOMETRY.headDim() + d) * Float.BYTES;
  }

  private static float expected(float value, int tensor, int head, int d) {
    return value + tensor * 10 + head * 100 + d * 1000;
  }

  @Test
  void reserve_grownOnce_staysWithinBucket() {
    try (KvCache cache = new KvCache(GEOMETRY, SLOTS, CONTEXT)) {
      cache.assign(0);
      cache.reserve(10);
      int generation = cache.generation();
      cache.markWritten(0, 10);
      cache.reserve(cache.capacity());
      assertEquals(generation, cache.generation());
      cache.reserve(cache.capacity() + 1);
      assertEquals(generation + 1, cache.generation());
    }
  }

  @Test
  void release_longestGone_capacityShrinks() {
    try (KvCache cache = new KvCache(GEOMETRY, SLOTS, CONTEXT)) {
      cache.assign(0);
      cache.assign(1);
      cache.reserve(400);
      cache.markWritten(0, 400);
      cache.markWritten(1, 20);
      cache.release(new boolean[] {true, false, false, false, false, false});
      cache.reserve(21);
      assertEquals(32, cache.capacity());
      assertEquals(0, cache.rowOf(1));
      assertEquals(20, cache.written(1));
    }
  }

  @Test
  void geometry_bf16_namesTheWayOut() {
    UnmaskException e =
        assertThrows(
            UnmaskException.class, () -> KvGeometry.of(ManifestFixtures.withDtype("bf16")));
    assertEquals(ErrorCode.UNSUPPORTED, e.code());
    assertTrue(e.getMessage().contains("dtype=bf16"), e.getMessage());
    assertTrue(e.getMessage().contains("--dtype fp32"), e.getMessage());
  }

  @Test
  void limits_tooLarge_messageHasNumbers() {
    KvGeometry large = new KvGeometry(32, 32, 128, OnnxJavaType.FLOAT);
    assertRefused(ErrorCode.UNSUPPORTED, "274877906944 bytes", large, 64, 4096, 1L << 40, 1L << 40);
    assertRefused(ErrorCode.UNAVAILABLE, "-XX:MaxDirect", large, 1, 4096, 1L << 31, 1L << 40);
    assertRefused(ErrorCode.UNAVAILABLE, "the machine has", large, 1, 4096, 1L << 40, 1L << 30);
    MemoryLimits.check(large, 1, 4096, 1L << 33, 1L << 33);
  }

  private static void assertRefused(
      ErrorCode code, String part, KvGeometry geometry, int rows, int context, long jvm, long all) {
    UnmaskException e =
        assertThrows(
            UnmaskException.class, () -> MemoryLimits.check(geometry, rows, context, jvm, all));
    assertEquals(code, e.code());
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}

package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxJavaType;
import dev.unmask.bridge.engine.step.CacheForecast;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KvCacheTest {
  private static final KvGeometry GEOMETRY = new KvGeometry(2, 3, 2, OnnxJavaType.FLOAT);
  private static final int SLOTS = 6;
  private static final int CONTEXT = 500;

  @ParameterizedTest
  @CsvSource({"1, 3072", "2, 3072", "3, 1000", "4, 640", "5, 640", "6, 320", "7, 160", "8, 32"})
  void randomLife_matchesNaiveModelWithinBudget(long seed, long budget) {
    NaiveCache model = new NaiveCache(SLOTS, CONTEXT, new Random(seed));
    CacheForecast forecast = new CacheForecast(SLOTS);
    long before = NativeBuffer.liveBytes();
    int done = 0;
    int refused = 0;
    try (KvCache cache = new KvCache(GEOMETRY, SLOTS, CONTEXT, budget)) {
      for (int step = 0; step < 400; step++) {
        NaiveCache next = model.copy();
        StepPlan plan = next.step();
        forecast.begin(plan, cache);
        if (next.needed() > budget) {
          UnmaskException e = assertThrows(UnmaskException.class, () -> forecast.checkBudget(plan));
          assertEquals(ErrorCode.UNAVAILABLE, e.code());
          assertTrue(e.getMessage().startsWith("kvPositions=" + budget + " "), e.getMessage());
          refused++;
        } else {
          forecast.checkBudget(plan);
          cache.apply(plan);
          write(cache, plan, next);
          model = next;
          done++;
        }
        verify(cache, model);
        assertTrue(cache.allocatedPositions() <= budget, cache.allocatedPositions() + " positions");
        long buffers = (1L + model.entries.size()) * cache.tensors();
        long bytes = NativeBuffer.liveBytes() - before - buffers * NativeBuffer.PADDING;
        assertTrue(bytes <= budget * GEOMETRY.bytesPerPosition(), bytes + " bytes");
      }
    }
    assertEquals(before, NativeBuffer.liveBytes());
    assertTrue(done > 20, done + " done, " + refused + " refused");
    assertTrue(budget == 3072 || refused > 20, refused + " refused");
  }

  private static void write(KvCache cache, StepPlan plan, NaiveCache model) {
    for (int planRow = 0; planRow < plan.rowCount(); planRow++) {
      int slot = plan.slot(planRow);
      int row = cache.rowOf(slot);
      int start = plan.cacheStart(planRow);
      int end = start + plan.queryCount(planRow);
      float[] values = model.slots.get(slot);
      for (int tensor = 0; tensor < cache.tensors(); tensor++) {
        ByteBuffer bytes = cache.rows(tensor, row, row + 1).order(ByteOrder.nativeOrder());
        for (int head = 0; head < GEOMETRY.heads(); head++) {
          for (int position = start; position < end; position++) {
            for (int d = 0; d < GEOMETRY.headDim(); d++) {
              bytes.putFloat(
                  index(cache, head, position, d), expected(values[position], tensor, head, d));
            }
          }
        }
      }
      cache.markWritten(row, end);
    }
  }

  private static void verify(KvCache cache, NaiveCache model) {
    assertEquals(model.slots.size(), cache.liveRows());
    model.entries.forEach(
        (entry, values) -> assertEquals(values.length, cache.entryPositions(entry)));
    boolean[] taken = new boolean[cache.liveRows()];
    for (int slot = 0; slot < SLOTS; slot++) {
      int row = cache.rowOf(slot);
      assertEquals(model.slots.containsKey(slot), row >= 0, "slot " + slot);
      if (row < 0) {
        assertEquals(0, cache.written(slot));
        continue;
      }
      assertTrue(row < taken.length && !taken[row], "row " + row + " is dense and single");
      taken[row] = true;
      float[] values = model.slots.get(slot);
      assertEquals(values.length, cache.written(slot));
      for (int tensor = 0; tensor < cache.tensors(); tensor++) {
        verify(cache, cache.rows(tensor, row, row + 1), tensor, values);
      }
    }
  }

  private static void verify(KvCache cache, ByteBuffer row, int tensor, float[] values) {
    ByteBuffer bytes = row.order(ByteOrder.nativeOrder());
    for (int head = 0; head < GEOMETRY.heads(); head++) {
      for (int position = 0; position < cache.capacity(); position++) {
        for (int d = 0; d < GEOMETRY.headDim(); d++) {
          float want = position < values.length ? expected(values[position], tensor, head, d) : 0f;
          assertEquals(want, bytes.getFloat(index(cache, head, position, d)));
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

  private static StepPlan plan(int slot, int start, int count) {
    StepPlan plan = new StepPlan();
    plan.beginRow(slot, RowKind.DENOISE, start);
    for (int i = 0; i < count; i++) {
      plan.addQuery(0, start + i, 0, start + count);
    }
    return plan;
  }

  private static KvCache cache(long budget) {
    return new KvCache(GEOMETRY, SLOTS, CONTEXT, budget);
  }

  /** Runs a row of one position at a time, as far as the cache is concerned. */
  private static void grow(KvCache cache, int slot, int from, int to) {
    for (int start = from; start < to; start++) {
      cache.apply(plan(slot, start, 1));
      cache.markWritten(cache.rowOf(slot), start + 1);
    }
  }

  @Test
  void apply_grownOnce_staysWithinBucket() {
    try (KvCache cache = cache(3072)) {
      grow(cache, 0, 0, 10);
      int generation = cache.generation();
      grow(cache, 0, 10, cache.capacity());
      assertEquals(generation, cache.generation());
      grow(cache, 0, cache.capacity(), cache.capacity() + 1);
      assertEquals(generation + 1, cache.generation());
    }
  }

  @Test
  void apply_longestReleased_capacityShrinks() {
    try (KvCache cache = cache(3072)) {
      cache.apply(plan(0, 0, 400));
      cache.markWritten(0, 400);
      cache.apply(plan(1, 0, 20));
      cache.markWritten(1, 20);
      StepPlan next = plan(1, 20, 1);
      next.addReleasedSlot(0);
      cache.apply(next);
      assertEquals(32, cache.capacity());
      assertEquals(0, cache.rowOf(1));
      assertEquals(20, cache.written(1));
    }
  }

  @Test
  void apply_saveNeedsRoomHeldAhead_memoryGivesWay() {
    try (KvCache cache = cache(512)) {
      grow(cache, 0, 0, 290);
      assertTrue(cache.allocatedPositions() > 320, cache.allocatedPositions() + " held ahead");
      StepPlan save = plan(0, 290, 1);
      save.addSave(0, 7, 180);
      cache.apply(save);
      assertEquals(320 + 192, cache.allocatedPositions());
      assertEquals(320, cache.capacity());
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
    long all = 64 * 4096;
    assertRefused(ErrorCode.UNSUPPORTED, "274877906944 bytes", large, all, 1L << 40, 1L << 40);
    assertRefused(ErrorCode.UNAVAILABLE, "-XX:MaxDirect", large, 4096, 1L << 31, 1L << 40);
    assertRefused(ErrorCode.UNAVAILABLE, "the machine has", large, 4096, 1L << 40, 1L << 30);
    assertRefused(
        ErrorCode.UNAVAILABLE, "kvPositions=" + (1L << 60), GEOMETRY, 1L << 60, 1L << 40, 1L << 40);
    MemoryLimits.check(large, 64, 4096, 4096, 1L << 33, 1L << 33);
  }

  private static void assertRefused(
      ErrorCode code, String part, KvGeometry geometry, long budget, long jvm, long all) {
    UnmaskException e =
        assertThrows(
            UnmaskException.class, () -> MemoryLimits.check(geometry, 64, 4096, budget, jvm, all));
    assertEquals(code, e.code());
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}

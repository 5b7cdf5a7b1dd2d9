package dev.unmask.bridge.engine.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS), "timed out");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void run_often_everyLaneOnceEachTime() throws OrtException {
    try (Lanes lanes = new Lanes(4, "test-lane")) {
      for (int round = 0; round < 2000; round++) {
        int[] done = new int[4];
        int used = 1 + round % 4;
        lanes.run(used, lane -> done[lane]++);
        int[] expected = new int[4];
        Arrays.fill(expected, 0, used, 1);
        assertArrayEquals(expected, done);
      }
    }
  }

  @Test
  void run_twoLanes_areAtWorkTogether() throws OrtException {
    CountDownLatch both = new CountDownLatch(2);
    AtomicReference<Thread> helper = new AtomicReference<>();
    try (Lanes lanes = new Lanes(2, "test-lane")) {
      lanes.run(
          2,
          lane -> {
            if (lane == 1) {
              helper.set(Thread.currentThread());
            } else {
              assertFalse(Thread.currentThread().getName().startsWith("test-lane"));
            }
            both.countDown();
            await(both);
          });
      assertEquals("test-lane", helper.get().getName());
      assertTrue(helper.get().isDaemon());
      assertTrue(helper.get().isAlive());
    }
    assertTimelyEnd(helper.get());
  }

  private static void assertTimelyEnd(Thread thread) {
    try {
      thread.join(60_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    assertFalse(thread.isAlive());
  }

  @Test
  void run_lanesFail_firstIsThrownAfterAllEnded() {
    int[] done = new int[3];
    OrtException first = new OrtException("lane 1");
    IllegalStateException second = new IllegalStateException("lane 2");
    try (Lanes lanes = new Lanes(3, "test-lane")) {
      OrtException e =
          assertThrows(
              OrtException.class,
              () ->
                  lanes.run(
                      3,
                      lane -> {
                        done[lane]++;
                        if (lane == 1) {
                          throw first;
                        }
                        if (lane == 2) {
                          throw second;
                        }
                      }));
      assertSame(first, e);
      assertArrayEquals(new Throwable[] {second}, e.getSuppressed());
      assertArrayEquals(new int[] {1, 1, 1}, done);
      // The next step is not affected.
      lanes.run(3, lane -> done[lane]++);
      assertArrayEquals(new int[] {2, 2, 2}, done);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void run_callerFails_waitsForTheHelper() {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch failing = new CountDownLatch(1);
    boolean[] ended = new boolean[1];
    try (Lanes lanes = new Lanes(2, "test-lane")) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              lanes.run(
                  2,
                  lane -> {
                    if (lane == 0) {
                      await(started);
                      failing.countDown();
                      throw new IllegalArgumentException("lane 0");
                    }
                    started.countDown();
                    await(failing);
                    ended[0] = true;
                  }));
      assertTrue(ended[0]);
    }
  }

  @Test
  void run_interrupted_finishesAndKeepsTheInterrupt() throws OrtException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    boolean[] ended = new boolean[1];
    try (Lanes lanes = new Lanes(2, "test-lane")) {
      lanes.run(
          2,
          lane -> {
            if (lane == 0) {
              await(started);
              Thread.currentThread().interrupt();
              interrupted.countDown();
            } else {
              started.countDown();
              await(interrupted);
              ended[0] = true;
            }
          });
      assertTrue(ended[0]);
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void close_unused_isHarmlessTwice() throws OrtException {
    int[] done = new int[1];
    Lanes lanes = new Lanes(1, "test-lane");
    lanes.run(1, lane -> done[lane]++);
    lanes.close();
    lanes.close();
    assertEquals(1, done[0]);
  }
}

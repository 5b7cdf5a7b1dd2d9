package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.kv.KvPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static SchedulerConfig.Builder blocks(int sequences, int blocks) {
    return SchedulerConfig.builder(sequences).kvPositions((long) blocks * KvPool.BLOCK);
  }

  @Test
  void submit_requestThatNeverFits_isRefusedWithBothNumbers() {
    SchedulerHarness harness = new SchedulerHarness(blocks(4, 3).build());
    harness.submit(SchedulerHarness.autoregressive(40, 56));
    UnmaskException e =
        assertThrows(
            UnmaskException.class, () -> harness.submit(SchedulerHarness.autoregressive(40, 57)));
    assertSame(ErrorCode.INVALID_ARGUMENT, e.code());
    assertEquals("prompt and response need 97 cache positions, the KV pool has 96", e.getMessage());
    Map<String, Object> guided = Map.of("algorithm", "llada", "max_tokens", 32, "cfg_scale", 1);
    assertThrows(UnmaskException.class, () -> harness.submit(SchedulerHarness.request(17, guided)));
    harness.submit(SchedulerHarness.request(16, guided));
    harness.drain();
  }

  @Test
  void plan_watermark_keepsThatMuchFreeUnlessNothingRuns() {
    SchedulerHarness harness = new SchedulerHarness(blocks(8, 10).watermark(0.3).build());
    for (int i = 0; i < 8; i++) {
      harness.submit(SchedulerHarness.autoregressive(20, 4));
    }
    harness.step();
    assertEquals(7, harness.scheduler.stats().running());
    assertEquals(3, harness.scheduler.stats().kvBlocksFree());
    harness.drain();
    harness.submit(SchedulerHarness.autoregressive(310, 2));
    harness.step();
    assertEquals(0, harness.scheduler.stats().kvBlocksFree());
    harness.drain();
  }

  @Test
  void plan_firstInTheQueueDoesNotFit_nobodyPassesIt() {
    SchedulerHarness harness = new SchedulerHarness(blocks(4, 6).watermark(0).build());
    Recorder first = harness.submit(SchedulerHarness.autoregressive(100, 3));
    Recorder large = harness.submit(SchedulerHarness.autoregressive(100, 3));
    Recorder small = harness.submit(SchedulerHarness.autoregressive(1, 3));
    while (first.finished == null) {
      harness.step();
      assertEquals(0, large.scheduled + small.scheduled);
    }
    harness.drain();
    assertNotNull(large.finished);
  }

  @Test
  void plan_unlimitedPool_limitsNothingButSlots() {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(8));
    for (int i = 0; i < 9; i++) {
      harness.submit(SchedulerHarness.autoregressive(400, 2));
    }
    harness.step();
    assertEquals(8, harness.scheduler.stats().running());
    assertEquals(8 * 13, harness.scheduler.stats().kvBlocksUsed());
    harness.drain();
  }

  @Test
  void plan_priorities_lowerNumberFirstAndThenInOrder() {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(1));
    int[] priorities = {0, 7, 3, 100, 7, 1};
    List<Integer> started = new ArrayList<>();
    for (int i = 0; i < priorities.length; i++) {
      int index = i;
      harness.scheduler.submit(
          SchedulerHarness.autoregressive(1, 1),
          new SubmitOptions(priorities[i], Long.MAX_VALUE),
          new SequenceListener() {
            @Override
            public void onScheduled(SequenceView sequence) {
              started.add(index);
            }

            @Override
            public void onCommitted(SequenceView sequence) {}

            @Override
            public void onFinished(SequenceView sequence) {}
          });
    }
    harness.drain();
    assertEquals(List.of(5, 2, 1, 4, 0, 3), started);
  }

  /** Later requests of higher priority keep coming in, faster than they are served. */
  @Test
  void plan_floodOfHigherPriorities_waitIsBoundedByEarlierOnesAndMaxOvertaken() {
    int mostOvertaken = 0;
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int slots = 1 + random.nextInt(4);
      int maxOvertaken = random.nextInt(12);
      SchedulerHarness harness =
          new SchedulerHarness(
              blocks(slots, 3 + random.nextInt(8))
                  .maxOvertaken(maxOvertaken)
                  .maxQueryTokens(40)
                  .build());
      int maxTokens = 6;
      int earlier = random.nextInt(6);
      for (int i = 0; i < earlier; i++) {
        harness.submit(SchedulerHarness.autoregressive(1 + random.nextInt(60), maxTokens), 50);
      }
      Recorder low = harness.submit(SchedulerHarness.autoregressive(30, maxTokens), 1000);
      List<Long> started = new ArrayList<>();
      long steps = 0;
      while (!started.contains(low.id)) {
        for (int i = 0; i < 3; i++) {
          harness.submit(SchedulerHarness.autoregressive(1 + random.nextInt(60), maxTokens), 1);
        }
        harness.planAndRun();
        harness.scheduler.forEachRunning(
            view -> {
              if (!started.contains(view.id())) {
                started.add(view.id());
              }
            });
        harness.apply();
        steps++;
        assertTrue(
            steps <= (long) (earlier + maxOvertaken) * maxTokens + 1,
            "seed " + seed + " steps " + steps);
      }
      long overtook =
          started.stream().takeWhile(id -> id != low.id).filter(id -> id > low.id).count();
      String label = "seed " + seed + " overtook " + overtook + " steps " + steps;
      assertTrue(overtook <= maxOvertaken, label);
      mostOvertaken += overtook == maxOvertaken && maxOvertaken > 0 ? 1 : 0;
      while (low.finished == null) {
        harness.step();
      }
      SchedulerHarness.assertAsAlone(SchedulerHarness.autoregressive(30, maxTokens), low, label);
    }
    assertTrue(mostOvertaken > 5, "as often overtaken as allowed: " + mostOvertaken);
  }

  @Test
  void plan_overtakenSequencePreempted_isPromotedAndFinishesUnderTheFlood() {
    SchedulerHarness harness =
        new SchedulerHarness(blocks(3, 6).watermark(0).maxOvertaken(5).build());
    GenerationRequest request = SchedulerHarness.autoregressive(20, 70);
    Recorder low = harness.submit(request, 1000);
    Random random = new Random(1);
    int steps = 0;
    while (low.finished == null) {
      harness.submit(SchedulerHarness.autoregressive(1 + random.nextInt(40), 40), 1);
      harness.step();
      steps++;
      assertTrue(steps < 2000, "steps " + steps);
    }
    assertTrue(low.finished.preemptions() > 0);
    assertTrue(low.finished.preemptions() <= 5, "preempted " + low.finished.preemptions());
    SchedulerHarness.assertAsAlone(request, low, "low");
  }
}

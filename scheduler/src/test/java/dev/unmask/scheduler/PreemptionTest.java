package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.kv.KvPool;
import dev.unmask.scheduler.parameters.Algorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreemptionTest {
  private static final int FIRST = 1;
  private static final int LAST = 200;

  /** Preempted again and again, by others whose rows outgrow the pool. */
  @ParameterizedTest
  @EnumSource
  void preempted_anyAlgorithm_sameTokensInTheSamePasses(Algorithm algorithm) {
    int preemptions = 0;
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      RandomRequests requests = new RandomRequests(SchedulerHarness.MODEL, random);
      GenerationRequest request =
          requests.next(algorithm, requests.prompt(1 + random.nextInt(60)), 4 + random.nextInt(9));
      int blocks = KvPool.blocks(request.cachePositions());
      SchedulerHarness harness =
          new SchedulerHarness(
              SchedulerConfig.builder(2)
                  .kvPositions(2L * blocks * KvPool.BLOCK)
                  .watermark(0)
                  .maxOvertaken(Integer.MAX_VALUE)
                  .build());
      Recorder victim = harness.submit(request, LAST);
      do {
        if (harness.scheduler.size() == 1 && harness.scheduler.waitingCount() == 0) {
          int before = 1 + random.nextInt(3);
          harness.submit(
              SchedulerHarness.autoregressive(blocks * KvPool.BLOCK - before, before + 2), FIRST);
        }
      } while (harness.step() && victim.finished == null);
      harness.drain();
      preemptions += victim.finished.preemptions();
      SchedulerHarness.assertAsAlone(request, victim, "seed " + seed + " " + request.parameters());
    }
    assertTrue(preemptions > 60, "preempted " + preemptions);
  }

  /** Three rows of one block each fill the pool; when one grows, someone has to go. */
  private static SchedulerHarness threeRows() {
    return new SchedulerHarness(
        SchedulerConfig.builder(3).kvPositions(4 * KvPool.BLOCK).watermark(0).build());
  }

  private static int preemptions(SchedulerHarness harness) {
    return (int) harness.scheduler.stats().preemptions();
  }

  private static List<Long> running(SchedulerHarness harness) {
    List<Long> ids = new ArrayList<>();
    harness.scheduler.forEachRunning(view -> ids.add(view.id()));
    return ids;
  }

  @Test
  void growth_poolExhausted_preemptsLowestPriorityFirst() {
    SchedulerHarness harness = threeRows();
    Recorder low = harness.submit(SchedulerHarness.autoregressive(10, 20), LAST);
    Recorder grows = harness.submit(SchedulerHarness.autoregressive(31, 20), FIRST);
    Recorder young = harness.submit(SchedulerHarness.autoregressive(10, 20), FIRST);
    harness.step();
    assertEquals(List.of(grows.id, young.id, low.id), running(harness));
    harness.step();
    harness.step();
    assertEquals(1, preemptions(harness));
    assertEquals(List.of(grows.id, young.id), running(harness));
    harness.drain();
    assertEquals(1, low.finished.preemptions());
    assertEquals(1, low.scheduled);
    assertEquals(20, low.finished.forwardPasses());
  }

  @Test
  void growth_equalPriorities_preemptsYoungestAndItComesBackFirst() {
    SchedulerHarness harness = threeRows();
    Recorder old = harness.submit(SchedulerHarness.autoregressive(10, 60), LAST);
    Recorder middle = harness.submit(SchedulerHarness.autoregressive(31, 20), LAST);
    Recorder young = harness.submit(SchedulerHarness.autoregressive(10, 20), LAST);
    harness.step();
    Recorder late = harness.submit(SchedulerHarness.autoregressive(10, 4), LAST);
    while (preemptions(harness) == 0) {
      harness.step();
    }
    assertEquals(List.of(old.id, middle.id), running(harness));
    assertNull(young.finished);
    while (!running(harness).contains(young.id)) {
      assertEquals(0, late.scheduled);
      harness.step();
    }
    assertTrue(!running(harness).contains(late.id) || running(harness).indexOf(late.id) == 2);
    harness.drain();
    assertNotNull(late.finished);
  }

  /** A regression: newcomers were refused for places that the preempted took. */
  @Test
  void submit_preemptedWait_doNotCountAgainstNewcomers() {
    SchedulerHarness harness =
        new SchedulerHarness(
            SchedulerConfig.builder(3)
                .kvPositions(4 * KvPool.BLOCK)
                .watermark(0)
                .maxWaiting(1)
                .build());
    List<Recorder> all = new ArrayList<>();
    for (int prompt : new int[] {10, 31, 10}) {
      all.add(harness.submit(SchedulerHarness.autoregressive(prompt, 20), LAST));
      harness.step();
    }
    while (preemptions(harness) == 0) {
      harness.step();
    }
    assertEquals(1, harness.scheduler.waitingCount());
    all.add(harness.submit(SchedulerHarness.autoregressive(10, 4), LAST));
    assertThrows(
        UnmaskException.class, () -> harness.submit(SchedulerHarness.autoregressive(10, 4), LAST));
    harness.drain();
    all.forEach(recorder -> assertNotNull(recorder.finished));
    // Every place is free again.
    assertNotNull(harness.submit(SchedulerHarness.autoregressive(10, 4), LAST));
    harness.drain();
  }

  @Test
  void growth_theYoungestItselfGrows_preemptsItself() {
    SchedulerHarness harness = threeRows();
    harness.submit(SchedulerHarness.autoregressive(10, 20));
    harness.submit(SchedulerHarness.autoregressive(10, 20));
    Recorder young = harness.submit(SchedulerHarness.autoregressive(31, 20));
    while (preemptions(harness) == 0) {
      harness.step();
    }
    harness.drain();
    assertEquals(1, young.finished.preemptions());
  }

  @Test
  void growth_firstByPriorityAndAge_isNeverPreempted() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      SchedulerHarness harness =
          new SchedulerHarness(
              SchedulerConfig.builder(6).kvPositions(8 * KvPool.BLOCK).watermark(0).build());
      Recorder first = harness.submit(SchedulerHarness.autoregressive(20, 200), FIRST);
      while (first.finished == null) {
        harness.submit(
            SchedulerHarness.autoregressive(1 + random.nextInt(60), 1 + random.nextInt(60)),
            FIRST + random.nextInt(2));
        harness.step();
      }
      assertEquals(0, first.finished.preemptions());
      harness.drain();
      assertTrue(preemptions(harness) > 0);
    }
  }

  @Test
  void growth_savedEntries_goBeforeAnySequence() {
    SchedulerHarness harness =
        new SchedulerHarness(
            SchedulerConfig.builder(1)
                .kvPositions(4 * KvPool.BLOCK)
                .watermark(0)
                .reuseEntries(4)
                .build());
    harness.submit(SchedulerHarness.autoregressive(32, 1));
    harness.drain();
    assertEquals(1, harness.scheduler.stats().savedEntries());
    harness.submit(
        SchedulerHarness.request(
            2, Map.of("algorithm", "autoregressive", "max_tokens", 120, "ignore_eos", true)));
    while (harness.scheduler.size() > 0) {
      harness.step();
    }
    assertEquals(0, preemptions(harness));
    assertEquals(0, harness.scheduler.stats().savedEntries());
  }

  @Test
  void fail_sequencesOutsideTheStep_goOnWithTheSameTokens() {
    GenerationRequest large = SchedulerHarness.autoregressive(60, 10);
    SchedulerHarness harness =
        new SchedulerHarness(SchedulerConfig.builder(2).maxQueryTokens(50).build());
    Recorder inStep = harness.submit(large);
    Recorder leftOut = harness.submit(large);
    harness.planAndRun();
    assertEquals(1, harness.plan.rowCount());
    harness.engine.store.lose();
    harness.scheduler.fail(new UnmaskException(ErrorCode.INTERNAL, "thrown by the test"));
    harness.drain();
    assertSame(FinishReason.ERROR, inStep.finished.finishReason());
    SchedulerHarness.assertAsAlone(large, leftOut, "left out");
  }
}

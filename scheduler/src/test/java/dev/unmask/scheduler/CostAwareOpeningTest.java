package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CostAwareOpeningTest {
  private static final int BLOCK = 8;
  private static final PassCosts FLAT = PassCosts.parse("1:5,256:5");

  /** No cost of a pass but that of its positions. */
  private static final PassCosts LINEAR = PassCosts.parse("1:1,256:256");

  private final BlockYields yields = new BlockYields(1);

  private boolean pays(PassCosts costs, int depth, int masksBefore) {
    CostAwareOpening.Counts counts = new CostAwareOpening.Counts();
    boolean pays =
        new CostAwareOpening(costs, yields, null, counts)
            .pays(BLOCK * depth, BLOCK, depth, masksBefore);
    assertEquals(pays ? 0 : 1, counts.declined);
    return pays;
  }

  @Test
  void pays_costsNothingMore_always() {
    yields.observe(0, false, 100, 100);
    yields.observe(1, true, 100, 0);
    yields.observe(1, false, 100, 0);
    assertTrue(pays(FLAT, 1, 8));
    assertTrue(pays(FLAT, 3, 1));
  }

  @Test
  void pays_nothingSeen_triesBeforeTheLastPassOfTheOthers() {
    assertTrue(pays(LINEAR, 1, 1));
    assertFalse(pays(LINEAR, 1, 8));
    PassCosts nearlyFlat = PassCosts.parse("1:5,256:6");
    assertTrue(pays(nearlyFlat, 1, 8));
  }

  @Test
  void pays_firstPassesAheadCommitLittle_notAnyMore() {
    yields.observe(0, false, 64, 32);
    yields.observe(1, true, 64, 8);
    assertFalse(pays(LINEAR, 1, 1));
    assertFalse(pays(LINEAR, 2, 1));
  }

  @Test
  void pays_laterPassesAheadCommitAsMuch_early() {
    yields.observe(0, false, 64, 32);
    yields.observe(1, true, 64, 40);
    yields.observe(1, false, 64, 40);
    assertTrue(pays(LINEAR, 1, 8));
  }

  @Test
  void beginPass_forgets_andTriesAgain() {
    BlockYields forgetful = new BlockYields(0.5);
    forgetful.observe(1, true, 64, 0);
    assertTrue(forgetful.ahead(1, true) < 0.1);
    for (int i = 0; i < 10; i++) {
      forgetful.beginPass();
    }
    assertEquals(0.5, forgetful.ahead(1, true), 0.01);
  }

  private static GenerationRequest d2f(String rule, int seed) {
    Map<String, Object> values = new HashMap<>();
    values.put("algorithm", "d2f");
    values.put("max_tokens", 60 + seed);
    values.put("block_size", BLOCK);
    values.put("skip_threshold", 0.2 + 0.05 * (seed % 8));
    values.put("look_ahead", rule);
    values.put("ignore_eos", true);
    return SchedulerHarness.request(3 + seed, values);
  }

  private static SchedulerHarness harness(PassCosts costs, int sequences) {
    return new SchedulerHarness(SchedulerConfig.builder(sequences).passCosts(costs).build());
  }

  private static SequenceView alone(SchedulerHarness harness, GenerationRequest request) {
    Recorder recorder = harness.submit(request);
    harness.drain();
    return recorder.finished;
  }

  private static void assertSame(SequenceView expected, SequenceView actual, String message) {
    assertArrayEquals(expected.responseIds(), actual.responseIds(), message);
    assertEquals(expected.forwardPasses(), actual.forwardPasses(), message);
  }

  @Test
  void cost_flat_asFixed() {
    SchedulerHarness harness = harness(FLAT, 1);
    for (int seed = 0; seed < 16; seed++) {
      SequenceView fixed = alone(harness, d2f("fixed", seed));
      assertSame(fixed, alone(harness, d2f("cost", seed)), "cost " + seed);
      assertSame(fixed, alone(harness, d2f("batch", seed)), "batch " + seed);
    }
    assertEquals(0, harness.scheduler.stats().lookAheadDeclined());
  }

  @Test
  void cost_linear_computesFewerPositions() {
    SchedulerHarness harness = harness(LINEAR, 1);
    long fixed = 0;
    long cost = 0;
    for (int seed = 0; seed < 16; seed++) {
      fixed += alone(harness, d2f("fixed", seed)).queryTokens();
      cost += alone(harness, d2f("cost", seed)).queryTokens();
    }
    assertTrue(harness.scheduler.stats().lookAheadDeclined() > 0);
    assertTrue(cost < 0.95 * fixed, cost + " by cost, " + fixed + " fixed");
  }

  @Test
  void cost_amongOthersAndPreempted_tokensAsAlone() {
    SchedulerConfig tight =
        SchedulerConfig.builder(6)
            .kvPositions(480)
            .watermark(0)
            .maxQueryTokens(64)
            .reuseEntries(4)
            .passCosts(LINEAR)
            .build();
    SchedulerHarness harness = new SchedulerHarness(tight);
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      recorders.add(harness.submit(d2f(List.of("cost", "batch", "fixed").get(i % 3), i)));
      recorders.add(harness.submit(SchedulerHarness.autoregressive(2 + i, 20)));
      harness.step();
      if (i == 12) {
        harness.scheduler.yieldEngine();
      }
    }
    harness.drain();
    assertTrue(harness.scheduler.stats().preemptions() > 0);
    for (int i = 0; i < 24; i += 3) {
      SequenceView alone = alone(harness(LINEAR, 1), d2f("cost", i));
      assertSame(alone, recorders.get(2 * i).finished, "request " + i);
    }
  }

  @Test
  void batch_full_looksLessFarAhead() {
    PassCosts costs = PassCosts.parse("1:20,256:84");
    SchedulerHarness idle = harness(costs, 1);
    SequenceView alone = alone(idle, d2f("batch", 1));
    SchedulerHarness full = harness(costs, 8);
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      recorders.add(full.submit(d2f("batch", 1)));
    }
    full.drain();
    long queries = recorders.stream().mapToLong(r -> r.finished.queryTokens()).sum();
    assertTrue(queries < 8 * alone.queryTokens(), queries + " by 8, each " + alone.queryTokens());
  }

  @Test
  void submit_costsNotKnown_isRefusedUntilTheyAre() {
    SchedulerHarness harness = harness(null, 1);
    assertFalse(harness.scheduler.needsPassCosts(d2f("fixed", 0)));
    assertTrue(harness.scheduler.needsPassCosts(d2f("cost", 0)));
    assertThrows(IllegalStateException.class, () -> harness.submit(d2f("batch", 0)));
    harness.scheduler.passCosts(LINEAR);
    assertFalse(harness.scheduler.needsPassCosts(d2f("batch", 0)));
    assertEquals(60, alone(harness, d2f("batch", 0)).answerIds().length);
  }
}

package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LookAheadTest {
  private static final int BLOCK = 8;

  private static GenerationRequest d2f(int maxActiveBlocks) {
    return SchedulerHarness.request(
        3,
        Map.of(
            "algorithm",
            "d2f",
            "max_tokens",
            80,
            "block_size",
            BLOCK,
            "block_add_threshold",
            0,
            "max_active_blocks",
            maxActiveBlocks,
            "ignore_eos",
            true));
  }

  private static SchedulerHarness adaptive(int queryTokens) {
    return new SchedulerHarness(
        SchedulerConfig.builder(8).lookAhead(LookAhead.adaptive(queryTokens)).build());
  }

  /** Most masked positions of any row over a run: of all blocks denoised at once. */
  private static int widestRow(SchedulerHarness harness) {
    int widest = 0;
    while (harness.planAndRun()) {
      for (int row = 0; row < harness.plan.rowCount(); row++) {
        widest = Math.max(widest, harness.plan.outputCount(row));
      }
      harness.apply();
    }
    return widest;
  }

  @Test
  void adaptive_idle_opensAsManyBlocksAsTheTargetHolds() {
    SchedulerHarness harness = adaptive(4 * BLOCK);
    harness.submit(d2f(0));
    int widest = widestRow(harness);
    assertTrue(widest > 2 * BLOCK && widest <= 4 * BLOCK, "widest " + widest);
  }

  @Test
  void adaptive_fullBatch_oneBlockEach() {
    SchedulerHarness harness = adaptive(4 * BLOCK);
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      recorders.add(harness.submit(d2f(0)));
    }
    for (int i = 0; i < 10; i++) {
      harness.planAndRun();
      assertEquals(8, harness.plan.rowCount());
      for (int row = 0; row < 8; row++) {
        assertTrue(harness.plan.outputCount(row) <= BLOCK);
      }
      harness.apply();
    }
    harness.drain();
    for (Recorder recorder : recorders) {
      assertEquals(80, recorder.finished.answerIds().length);
    }
  }

  @Test
  void adaptive_requestAsksForLess_getsLess() {
    SchedulerHarness harness = adaptive(100 * BLOCK);
    harness.submit(d2f(2));
    int widest = widestRow(harness);
    assertTrue(widest > BLOCK && widest <= 2 * BLOCK, "widest " + widest);
  }

  @Test
  void adaptive_otherAlgorithms_tokensDoNotDependOnTheLoad() {
    SchedulerHarness harness = adaptive(BLOCK);
    Map<String, Object> diffusion =
        Map.of("algorithm", "block_diffusion", "max_tokens", 24, "block_length", 8);
    GenerationRequest request = SchedulerHarness.request(5, diffusion);
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      recorders.add(harness.submit(request));
    }
    harness.drain();
    recorders.forEach(recorder -> SchedulerHarness.assertAsAlone(request, recorder, "diffusion"));
  }

  @Test
  void fixed_tokensDoNotDependOnTheLoad() {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(8));
    List<GenerationRequest> requests = new ArrayList<>();
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      requests.add(d2f(i % 5));
      recorders.add(harness.submit(requests.get(i)));
      harness.step();
    }
    harness.drain();
    for (int i = 0; i < 12; i++) {
      SchedulerHarness.assertAsAlone(requests.get(i), recorders.get(i), "request " + i);
    }
  }

  @Test
  void adaptive_targetOfNothing_isRefused() {
    assertThrows(UnmaskException.class, () -> LookAhead.adaptive(0));
  }
}

package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockSchedulerTest {
  private static final int CONTEXT = 160;
  private static final ModelTraits MODEL = ToyEngine.traits(AttentionKind.FULL, false, CONTEXT);

  private static GenerationRequest request(Random random) {
    return new RandomRequests(MODEL, random).next();
  }

  private static void drain(BlockScheduler scheduler, ToyEngine engine) {
    StepOutputs outputs = ToyEngine.outputs();
    StepPlan plan = scheduler.plan();
    while (!plan.isEmpty()) {
      engine.run(plan, outputs);
      scheduler.apply(outputs);
      plan = scheduler.plan();
    }
  }

  private static Recorder alone(GenerationRequest request) {
    BlockScheduler scheduler = new BlockScheduler(MODEL, SchedulerConfig.ofSequences(1));
    Recorder recorder = new Recorder();
    scheduler.submit(request, recorder);
    drain(scheduler, new ToyEngine(1, CONTEXT, 8));
    return recorder;
  }

  @Test
  void apply_mixedBatches_sameTokensAsAlone() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int slots = 1 + random.nextInt(5);
      BlockScheduler scheduler =
          new BlockScheduler(
              MODEL,
              SchedulerConfig.builder(slots).maxQueryTokens(20 + random.nextInt(200)).build());
      List<GenerationRequest> requests = new ArrayList<>();
      List<Recorder> recorders = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        requests.add(request(random));
        recorders.add(new Recorder());
        scheduler.submit(requests.get(i), recorders.get(i));
      }
      drain(scheduler, new ToyEngine(slots, CONTEXT, 8));
      assertEquals(0, scheduler.size());
      assertEquals(slots, scheduler.freeSlots());
      for (int i = 0; i < requests.size(); i++) {
        Recorder single = alone(requests.get(i));
        assertArrayEquals(
            single.finished.responseIds(),
            recorders.get(i).finished.responseIds(),
            "seed " + seed + " request " + i + " " + requests.get(i).parameters());
        assertEquals(single.finished.forwardPasses(), recorders.get(i).finished.forwardPasses());
      }
    }
  }

  @Test
  void randomSubmitCancelFail_everySequenceEndsOnceAndNoSlotLeaks() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      int slots = 1 + random.nextInt(4);
      BlockScheduler scheduler = new BlockScheduler(MODEL, SchedulerConfig.ofSequences(slots));
      ToyEngine engine = new ToyEngine(slots, CONTEXT, 8);
      StepOutputs outputs = ToyEngine.outputs();
      List<Recorder> recorders = new ArrayList<>();
      List<Long> ids = new ArrayList<>();
      for (int action = 0; action < 150; action++) {
        switch (random.nextInt(6)) {
          case 0:
            recorders.add(new Recorder());
            ids.add(scheduler.submit(request(random), recorders.get(recorders.size() - 1)));
            break;
          case 1:
            if (!ids.isEmpty()) {
              scheduler.cancel(ids.get(random.nextInt(ids.size())));
            }
            break;
          default:
            StepPlan plan = scheduler.plan();
            validate(plan, slots);
            if (plan.rowCount() == 0) {
              break;
            }
            if (random.nextInt(4) == 0 && !ids.isEmpty()) {
              scheduler.cancel(ids.get(random.nextInt(ids.size())));
            }
            if (random.nextInt(12) == 0) {
              scheduler.fail(new UnmaskException(ErrorCode.INTERNAL, "thrown by the test"));
            } else {
              engine.run(plan, outputs);
              scheduler.apply(outputs);
            }
        }
      }
      drain(scheduler, engine);
      assertEquals(slots, scheduler.freeSlots());
      assertEquals(0, scheduler.size());
      for (Recorder recorder : recorders) {
        assertNotNull(recorder.finished);
        assertNotNull(recorder.finished.finishReason());
      }
    }
  }

  private static void validate(StepPlan plan, int slots) {
    Set<Integer> seen = new HashSet<>();
    for (int row = 0; row < plan.rowCount(); row++) {
      assertTrue(plan.slot(row) >= 0 && plan.slot(row) < slots);
      assertTrue(seen.add(plan.slot(row)), "two rows in slot " + plan.slot(row));
      assertTrue(plan.queryCount(row) > 0);
      for (int q = plan.queryStart(row); q < plan.queryStart(row + 1); q++) {
        assertTrue(plan.visibleTo(q) > plan.visibleFrom(q));
        assertTrue(plan.visibleTo(q) <= CONTEXT * 2);
      }
      for (int o = plan.outputStart(row); o < plan.outputStart(row + 1); o++) {
        assertTrue(plan.outputQuery(o) >= plan.queryStart(row));
        assertTrue(plan.outputQuery(o) < plan.queryStart(row + 1));
      }
    }
  }

  @Test
  void plan_smallBudget_noSequenceIsLeftOutOfMoreThanTheOthersSteps() {
    int n = 5;
    BlockScheduler scheduler =
        new BlockScheduler(MODEL, SchedulerConfig.builder(n).maxQueryTokens(30).build());
    ToyEngine engine = new ToyEngine(n, CONTEXT, 8);
    Map<String, Object> values =
        Map.of("algorithm", "llada", "max_tokens", 24, "block_length", 24, "steps", 24);
    for (int i = 0; i < n; i++) {
      scheduler.submit(
          GenerationRequest.ofPrompt(new int[] {i + 1}, values, MODEL), new Recorder());
    }
    StepOutputs outputs = ToyEngine.outputs();
    int[] leftOut = new int[n];
    StepPlan plan = scheduler.plan();
    while (plan.rowCount() > 0) {
      for (int slot = 0; slot < n; slot++) {
        leftOut[slot]++;
      }
      for (int row = 0; row < plan.rowCount(); row++) {
        leftOut[plan.slot(row)] = 0;
      }
      if (scheduler.size() == n) {
        for (int count : leftOut) {
          assertTrue(count <= n - 1, "left out of " + count + " steps");
        }
      }
      engine.run(plan, outputs);
      scheduler.apply(outputs);
      plan = scheduler.plan();
    }
    assertEquals(0, scheduler.size());
  }

  @Test
  void plan_first_releasesEverySlotOfAnEngineThatWasUsedBefore() {
    BlockScheduler scheduler = new BlockScheduler(MODEL, SchedulerConfig.ofSequences(3));
    scheduler.submit(request(new Random(1)), new Recorder());
    StepPlan plan = scheduler.plan();
    Set<Integer> released = new HashSet<>();
    for (int i = 0; i < plan.releasedCount(); i++) {
      released.add(plan.releasedSlot(i));
    }
    assertEquals(Set.of(0, 1, 2), released);
  }

  @Test
  void submit_queueFull_unavailable() {
    BlockScheduler scheduler =
        new BlockScheduler(MODEL, SchedulerConfig.builder(1).maxWaiting(2).build());
    Random random = new Random(1);
    scheduler.submit(request(random), new Recorder());
    scheduler.submit(request(random), new Recorder());
    UnmaskException e =
        assertThrows(
            UnmaskException.class, () -> scheduler.submit(request(random), new Recorder()));
    assertSame(ErrorCode.UNAVAILABLE, e.code());
    assertTrue(e.getMessage().contains("maxWaiting=2"), e.getMessage());
  }

  @Test
  void finish_fromTheListener_endsInTheSameStepWithStop() {
    BlockScheduler scheduler = new BlockScheduler(MODEL, SchedulerConfig.ofSequences(1));
    Recorder recorder = new Recorder();
    SequenceListener stopping =
        new SequenceListener() {
          @Override
          public void onScheduled(SequenceView sequence) {
            recorder.onScheduled(sequence);
          }

          @Override
          public void onCommitted(SequenceView sequence) {
            recorder.onCommitted(sequence);
            assertTrue(scheduler.finish(sequence.id()));
          }

          @Override
          public void onFinished(SequenceView sequence) {
            recorder.onFinished(sequence);
          }
        };
    scheduler.submit(
        GenerationRequest.ofPrompt(
            new int[] {1}, Map.of("algorithm", "autoregressive", "ignore_eos", true), MODEL),
        stopping);
    drain(scheduler, new ToyEngine(1, CONTEXT, 8));
    assertEquals(1, recorder.commits);
    assertSame(FinishReason.STOP, recorder.finished.finishReason());
    assertFalse(scheduler.finish(recorder.finished.id()));
  }

  @Test
  void cancel_waitingSequence_neverTakesASlot() {
    BlockScheduler scheduler = new BlockScheduler(MODEL, SchedulerConfig.ofSequences(1));
    Recorder recorder = new Recorder();
    long id = scheduler.submit(request(new Random(3)), recorder);
    assertTrue(scheduler.cancel(id));
    assertSame(FinishReason.CANCELLED, recorder.finished.finishReason());
    assertNull(recorder.finished.error());
    assertEquals(0, scheduler.plan().rowCount());
  }

  @Test
  void minTokens_endTokenIsNotCommittedBefore() {
    for (String algorithm : List.of("autoregressive", "d2f", "llada", "dream", "block_diffusion")) {
      for (int seed = 0; seed < 40; seed++) {
        Map<String, Object> values = new HashMap<>();
        values.put("algorithm", algorithm);
        values.put("max_tokens", 24);
        values.put("min_tokens", 12);
        values.put("temperature", 1.5);
        values.put("seed", seed);
        Recorder recorder = alone(GenerationRequest.ofPrompt(new int[] {1, 2}, values, MODEL));
        for (int i = 0; i < 12; i++) {
          assertTrue(recorder.finished.responseIds()[i] != ToyEngine.EOS, algorithm + " " + seed);
        }
      }
    }
  }

  @Test
  void seed_sameGivesSameTokensAndAnotherGivesOthers() {
    for (String algorithm : List.of("autoregressive", "d2f", "llada", "dream", "fast_dllm")) {
      Map<String, Object> values = new HashMap<>();
      values.put("algorithm", algorithm);
      values.put("max_tokens", 32);
      values.put("temperature", 1.0);
      values.put("ignore_eos", true);
      values.put("seed", 7);
      int[] first =
          alone(GenerationRequest.ofPrompt(new int[] {1}, values, MODEL)).finished.answerIds();
      int[] again =
          alone(GenerationRequest.ofPrompt(new int[] {1}, values, MODEL)).finished.answerIds();
      values.put("seed", 8);
      int[] other =
          alone(GenerationRequest.ofPrompt(new int[] {1}, values, MODEL)).finished.answerIds();
      assertArrayEquals(first, again, algorithm);
      assertFalse(java.util.Arrays.equals(first, other), algorithm);
    }
  }

  @Test
  void infill_fillsEveryMaskAndKeepsWhatWasGiven() {
    for (String algorithm : List.of("llada", "dream", "fast_dllm")) {
      Random random = new Random(5);
      for (int round = 0; round < 30; round++) {
        int n = 5 + random.nextInt(30);
        int[] tokens = random.ints(n, 0, ToyEngine.VOCAB).toArray();
        boolean[] masked = new boolean[n];
        int masks = 0;
        for (int i = 0; i < n; i++) {
          masked[i] = random.nextInt(3) == 0;
          masks += masked[i] ? 1 : 0;
        }
        if (masks == 0) {
          continue;
        }
        Recorder recorder =
            alone(
                GenerationRequest.ofInfill(tokens, masked, Map.of("algorithm", algorithm), MODEL));
        assertEquals(n, recorder.finished.length());
        assertEquals(masks, recorder.finished.committedTokens());
        for (int i = 0; i < n; i++) {
          assertFalse(recorder.finished.isMasked(i));
          if (!masked[i]) {
            assertEquals(tokens[i], recorder.finished.tokenId(i));
          }
        }
      }
    }
  }
}

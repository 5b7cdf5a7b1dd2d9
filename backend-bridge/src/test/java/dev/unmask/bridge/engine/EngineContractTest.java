package dev.unmask.bridge.engine;

import static dev.unmask.bridge.engine.StepOutput.assertSame;
import static dev.unmask.bridge.engine.StepRow.part;
import static dev.unmask.bridge.engine.StepRow.randomTokens;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every engine must do. An engine's test extends this class and says how to open a session;
 * the models are small random checkpoints that the importer writes.
 */
public abstract class EngineContractTest extends CacheContractTest {
  @Test
  void capabilities_repeatManifestAndOptions() {
    EngineCapabilities can = open(diffusion, 3).capabilities();
    assertEquals(3, can.maxSequences());
    assertEquals(ContractModels.MAX_CONTEXT, can.maxContext());
    assertEquals(3L * ContractModels.MAX_CONTEXT, can.kvPositions());
    assertEquals(640, open(diffusion, new EngineOptions(3, 1, 640)).capabilities().kvPositions());
    assertEquals(256, can.candidateCount());
    assertTrue(can.guidance());
    assertArrayEquals(
        diffusion.manifest().specialTokenIds().stream().mapToInt(i -> i).toArray(),
        can.specialTokenIds());
    assertTrue(!can.description().isBlank());
    EngineCapabilities causalCan = open(causal, 1).capabilities();
    assertTrue(!causalCan.guidance());
    assertEquals(0, causalCan.specialTokenIds().length);
  }

  @Test
  void run_causalInTwoPasses_equalsOnePass() {
    int[] tokens = randomTokens(1, 40);
    EngineSession session = open(causal, 2);
    List<StepOutput> onePass = run(session, StepRow.causal(0, 0, tokens));
    List<StepOutput> twoPasses =
        new ArrayList<>(run(session, StepRow.causal(1, 0, part(tokens, 0, 23))));
    twoPasses.addAll(run(session, StepRow.causal(1, 23, part(tokens, 23, 40))));
    assertSame(onePass, twoPasses, SAME);
    assertTrue(Double.isNaN(onePass.get(0).entropy()), "a causal model has no entropy");
  }

  @Test
  void run_blockCausalRanges_equalBlockByBlock() {
    int[] tokens = randomTokens(2, 37);
    int prompt = 5;
    int block = 8;
    EngineSession session = open(diffusion, 2);
    List<StepOutput> onePass =
        run(
            session,
            StepRow.full(0, 0, tokens, 37)
                .seeing(
                    i -> 0,
                    i -> i < prompt ? prompt : prompt + ((i - prompt) / block + 1) * block));
    List<StepOutput> byBlock =
        new ArrayList<>(run(session, StepRow.full(1, 0, part(tokens, 0, prompt), prompt)));
    for (int start = prompt; start < 37; start += block) {
      byBlock.addAll(
          run(session, StepRow.full(1, start, part(tokens, start, start + block), start + block)));
    }
    assertSame(onePass, byBlock, SAME);
  }

  @Test
  void run_fullRange_everyTokenMatters() {
    int[] tokens = randomTokens(3, 12);
    EngineSession session = open(diffusion, 2);
    List<StepOutput> before = run(session, StepRow.full(0, 0, tokens, 12));
    tokens[11] = (tokens[11] + 1) % 200;
    List<StepOutput> after = run(session, StepRow.full(1, 0, tokens, 12));
    assertTrue(Math.abs(before.get(0).logSumExp() - after.get(0).logSumExp()) > 1e-3);
  }

  @Test
  void run_positionIds_areIndependentOfTheCacheIndex() {
    int[] tokens = randomTokens(4, 14);
    EngineSession session = open(diffusion, 1);
    List<StepOutput> first = run(session, StepRow.full(0, 0, tokens, 14));
    StepRow shifted =
        StepRow.full(0, 14, tokens, 28)
            .seeing(i -> 14, i -> 28)
            .at(IntStream.range(0, 14).toArray());
    assertSame(first, run(session, shifted), SAME);
    int[] gaps = IntStream.range(0, 14).map(i -> i < 7 ? i : i + 37).toArray();
    List<StepOutput> gapped = run(session, shifted.at(gaps));
    assertTrue(Math.abs(first.get(0).logSumExp() - gapped.get(0).logSumExp()) > 1e-3);
  }

  @Test
  void run_outputs_comeInPlanOrder() {
    EngineSession session = open(diffusion, 3);
    StepRow first = StepRow.full(2, 0, randomTokens(5, 9), 9);
    StepRow silent = StepRow.full(0, 0, randomTokens(6, 20), 20).wanting();
    StepRow last = StepRow.full(1, 0, randomTokens(7, 9), 9);
    List<StepOutput> all = run(session, first.wanting(8, 0, 0, 3), silent, last.wanting(4));
    List<StepOutput> a = alone(diffusion, first);
    List<StepOutput> b = alone(diffusion, last);
    assertSame(List.of(a.get(8), a.get(0), a.get(0), a.get(3), b.get(4)), all, INVARIANT);
    assertTrue(run(session, silent).isEmpty());
  }

  @Test
  void run_mixedBatch_equalsSingleRows() {
    int[] lengths = {16, 16, 5, 16, 1, 33, 15, 16};
    EngineSession session = open(diffusion, lengths.length);
    StepRow[] prompts = new StepRow[lengths.length];
    StepRow[] blocks = new StepRow[lengths.length];
    for (int slot = 0; slot < lengths.length; slot++) {
      int[] tokens = randomTokens(20 + slot, 10 + 3 * slot + lengths[slot]);
      int prompt = tokens.length - lengths[slot];
      prompts[slot] = StepRow.full(slot, 0, part(tokens, 0, prompt), prompt);
      blocks[slot] = StepRow.full(slot, prompt, part(tokens, prompt, tokens.length), tokens.length);
    }
    List<StepOutput> batched = new ArrayList<>(run(session, prompts));
    batched.addAll(run(session, blocks));
    List<StepOutput> single = new ArrayList<>();
    List<EngineSession> own = new ArrayList<>();
    for (StepRow row : prompts) {
      own.add(open(diffusion, 1));
      single.addAll(run(own.get(own.size() - 1), row.inSlot(0)));
    }
    for (StepRow row : blocks) {
      single.addAll(run(own.get(row.slot()), row.inSlot(0)));
    }
    assertSame(single, batched, INVARIANT);
  }

  @Test
  void run_causalTokenByToken_survivesGrowthOfTheCache() {
    int[] tokens = randomTokens(8, 300);
    EngineSession session = open(causal, 2);
    List<StepOutput> decoded = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      decoded.addAll(run(session, StepRow.causal(1, i, new int[] {tokens[i]})));
    }
    assertSame(alone(causal, StepRow.causal(0, 0, tokens)), decoded, SAME);
  }

  @Test
  void run_blockRewrittenInTheMiddle_leavesTheRestAlone() {
    int[] before = randomTokens(9, 60);
    int[] after = before.clone();
    System.arraycopy(randomTokens(10, 8), 0, after, 20, 8);
    EngineSession session = open(diffusion, 3);
    // Neighbours with one and two more positions, so that padding the row would be tempting.
    StepRow longer = StepRow.full(1, 0, randomTokens(11, 9), 9);
    StepRow longest = StepRow.full(2, 0, randomTokens(12, 10), 10);
    run(session, StepRow.full(0, 0, before, 60).seeing(i -> i, i -> i + 1));
    run(
        session,
        StepRow.full(0, 20, part(after, 20, 28), 60).seeing(i -> i, i -> i + 1),
        longer,
        longest);
    StepRow probe = StepRow.full(0, 59, part(after, 59, 60), 60);
    List<StepOutput> cached = run(session, probe);
    EngineSession reference = open(diffusion, 1);
    run(reference, StepRow.full(0, 0, after, 60).seeing(i -> i, i -> i + 1));
    assertSame(run(reference, probe), cached, SAME);
  }

  @Test
  void run_gapInTheCache_isHarmlessWhileUnseen() {
    int[] tokens = randomTokens(31, 10);
    EngineSession session = open(diffusion, 1);
    StepRow apart =
        StepRow.full(0, 100, tokens, 110)
            .seeing(i -> 100, i -> 110)
            .at(IntStream.range(0, 10).toArray());
    assertSame(alone(diffusion, StepRow.full(0, 0, tokens, 10)), run(session, apart), SAME);
  }

  @Test
  void run_guidance_equalsTheTwoHalves() {
    int[] tokens = randomTokens(13, 24);
    EngineSession session = open(diffusion, 1);
    int half = 12;
    StepPlan halves = twoHalves(tokens, half);
    StepPlan guided = twoHalves(tokens, half);
    for (int i = 0; i < half; i++) {
      halves.addOutput(i);
      halves.addOutput(half + i);
      guided.addGuidedOutput(i, half + i, 1f + i);
    }
    List<StepOutput> parts = run(session, halves);
    List<StepOutput> mixed = run(session, guided);
    for (int i = 0; i < half; i++) {
      float[] conditional = parts.get(2 * i).logits();
      float[] unconditional = parts.get(2 * i + 1).logits();
      for (int token = 0; token < conditional.length; token++) {
        float expected =
            unconditional[token] + (1f + i) * (conditional[token] - unconditional[token]);
        assertEquals(expected, mixed.get(i).logits()[token], 1e-3f);
      }
    }
  }

  private static StepPlan twoHalves(int[] tokens, int half) {
    StepPlan plan = new StepPlan();
    plan.beginRow(0, RowKind.DENOISE, 0);
    for (int i = 0; i < 2 * half; i++) {
      int from = i < half ? 0 : half;
      plan.addQuery(tokens[i], i % half, from, from + half);
    }
    return plan;
  }

  @Test
  void run_idleSlot_keepsItsCache() {
    int[] tokens = randomTokens(14, 30);
    EngineSession session = open(causal, 4);
    run(
        session,
        StepRow.causal(3, 0, randomTokens(15, 10)),
        StepRow.causal(1, 0, part(tokens, 0, 20)));
    for (int i = 0; i < 12; i++) {
      run(
          session,
          StepRow.causal(0, 20 * i, randomTokens(16 + i, 20)),
          StepRow.causal(2, 0, tokens));
    }
    release(session, 3, 0);
    run(session, StepRow.causal(3, 0, randomTokens(40, 3)));
    List<StepOutput> rest = run(session, StepRow.causal(1, 20, part(tokens, 20, 30)));
    List<StepOutput> all = alone(causal, StepRow.causal(0, 0, tokens));
    assertSame(all.subList(20, 30), rest, SAME);
  }

  @Test
  void run_slotReleasedAndReusedInOnePlan_startsEmpty() {
    EngineSession session = open(causal, 1);
    run(session, StepRow.causal(0, 0, randomTokens(17, 50)));
    int[] tokens = randomTokens(18, 6);
    StepPlan next = plan(StepRow.causal(0, 0, tokens));
    next.addReleasedSlot(0);
    assertSame(alone(causal, StepRow.causal(0, 0, tokens)), run(session, next), INVARIANT);
    assertRefused(session, plan(StepRow.full(0, 0, tokens, 7)), "visibleTo=7");
  }

  @Test
  void run_randomJoinsAndLeaves_equalSequencesAlone() {
    Random random = new Random(5);
    int slots = 5;
    EngineSession session = open(causal, slots);
    int[][] tokens = new int[slots][];
    int[] done = new int[slots];
    List<List<StepOutput>> seen = new ArrayList<>();
    IntStream.range(0, slots).forEach(i -> seen.add(new ArrayList<>()));
    EngineSession reference = open(causal, 1);
    int finished = 0;
    for (int step = 0; step < 120; step++) {
      StepPlan plan = new StepPlan();
      List<Integer> order = new ArrayList<>();
      for (int slot = 0; slot < slots; slot++) {
        if (tokens[slot] != null && done[slot] == tokens[slot].length) {
          StepRow whole = StepRow.causal(0, 0, tokens[slot]);
          StepPlan check = plan(whole);
          check.addReleasedSlot(0);
          assertSame(run(reference, check), seen.get(slot), SAME);
          seen.get(slot).clear();
          tokens[slot] = null;
          plan.addReleasedSlot(slot);
          finished++;
        }
        if (tokens[slot] == null && random.nextInt(3) == 0) {
          tokens[slot] = randomTokens(step * 10L + slot, 1 + random.nextInt(90));
          done[slot] = 0;
        }
        if (tokens[slot] != null && random.nextInt(4) > 0) {
          order.add(random.nextInt(order.size() + 1), slot);
        }
      }
      for (int slot : order) {
        int end = Math.min(tokens[slot].length, done[slot] + 1 + random.nextInt(17));
        StepRow.causal(slot, done[slot], part(tokens[slot], done[slot], end)).addTo(plan);
        done[slot] = end;
      }
      List<StepOutput> outputs = run(session, plan);
      for (int row = 0; row < order.size(); row++) {
        seen.get(order.get(row))
            .addAll(outputs.subList(plan.outputStart(row), plan.outputStart(row + 1)));
      }
    }
    assertTrue(finished > 20, finished + " sequences");
  }

  @Test
  void run_brokenLimits_areRefusedByName() {
    EngineSession session = open(diffusion, 2);
    int[] two = {1, 2};
    int max = ContractModels.MAX_CONTEXT;
    run(session, StepRow.full(0, 0, randomTokens(19, max), max).wanting());
    assertRefused(session, plan(StepRow.full(2, 0, two, 2)), "slot=2");
    assertRefused(session, plan(StepRow.full(-1, 0, two, 2)), "slot=-1");
    assertRefused(session, plan(StepRow.full(1, 0, two, 2), StepRow.full(1, 2, two, 4)), "slot=1");
    assertRefused(session, plan(StepRow.full(1, -1, two, 1)), "cacheStart=-1");
    assertRefused(session, plan(StepRow.full(0, max - 1, two, max)), "cacheStart=" + (max - 1));
    assertRefused(session, plan(StepRow.full(1, 0, two, 3)), "visibleTo=3");
    assertRefused(
        session, plan(StepRow.full(1, 0, two, 2).seeing(i -> 1, i -> 1)), "visibleFrom=1");
    assertRefused(
        session, plan(StepRow.full(1, 0, two, 2).seeing(i -> -1, i -> 1)), "visibleFrom=-1");
    assertRefused(session, plan(StepRow.full(1, 0, two, 2).at(0, max)), "positionId=" + max);
    assertRefused(session, plan(StepRow.full(1, 0, two, 2).at(-1, 0)), "positionId=-1");
    assertRefused(session, plan(StepRow.full(1, 0, new int[] {256}, 1)), "tokenId=256");
    assertRefused(session, plan(StepRow.full(1, 0, new int[] {-1}, 1)), "tokenId=-1");
    assertRefused(session, plan(StepRow.full(1, 0, new int[0], 1)), "queryCount=0");
    StepPlan released = new StepPlan();
    released.addReleasedSlot(9);
    assertRefused(session, released, "slot=9");
    assertSame(
        alone(diffusion, StepRow.full(0, 0, two, 2)),
        run(session, StepRow.full(1, 0, two, 2)),
        INVARIANT);
  }

  @Test
  void run_guidanceOnCausalModel_isRefused() {
    StepPlan plan = new StepPlan();
    plan.beginRow(0, RowKind.DENOISE, 0);
    int conditional = plan.addQuery(1, 0, 0, 1);
    int unconditional = plan.addQuery(2, 0, 1, 2);
    plan.addGuidedOutput(conditional, unconditional, 2.5f);
    assertRefused(open(causal, 1), plan, "guidance=2.5");
  }

  @Test
  void run_outputsOfAnotherModel_areRefused() {
    EngineSession session = open(diffusion, 1);
    StepPlan plan = plan(StepRow.full(0, 0, new int[] {1}, 1));
    int[] specials = session.capabilities().specialTokenIds();
    UnmaskException e =
        assertThrows(
            UnmaskException.class, () -> session.run(plan, new StepOutputs(255, specials)));
    assertTrue(e.getMessage().contains("candidateCount=255"), e.getMessage());
  }

  @Test
  void close_twice_thenRunIsRefused() {
    EngineSession session = open(diffusion, 1);
    StepRow row = StepRow.full(0, 0, randomTokens(30, 4), 4);
    run(session, row);
    session.close();
    session.close();
    UnmaskException e = assertThrows(UnmaskException.class, () -> run(session, row));
    assertEquals(ErrorCode.UNAVAILABLE, e.code());
  }

  @Test
  void open_noSequences_isRefused() {
    UnmaskException e = assertThrows(UnmaskException.class, () -> open(diffusion, 0));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains("maxSequences=0"), e.getMessage());
  }

  @Test
  void open_noGraph_namesTheDirectory(@TempDir Path empty) {
    UnmaskException e =
        assertThrows(
            UnmaskException.class,
            () -> open(empty, diffusion.manifest(), new EngineOptions(1, 1)));
    assertEquals(ErrorCode.NOT_FOUND, e.code());
    assertTrue(e.getMessage().contains(empty.toString()), e.getMessage());
  }
}

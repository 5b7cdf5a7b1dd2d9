package dev.unmask.bridge.engine;

import static dev.unmask.bridge.engine.StepOutput.assertSame;
import static dev.unmask.bridge.engine.StepRow.part;
import static dev.unmask.bridge.engine.StepRow.randomTokens;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The part of the engine contract that is about the budget of the cache and about entries. */
abstract class CacheContractTest extends EngineTestBase {

  @Test
  void restore_ofSavedPrefix_equalsRecomputing() {
    int[] tokens = randomTokens(101, 90);
    EngineSession session = open(causal, 3);
    run(session, StepRow.causal(2, 0, part(tokens, 0, 70)));
    StepPlan save = new StepPlan();
    save.addSave(2, 5, 70);
    save.addReleasedSlot(2);
    assertTrue(run(session, save).isEmpty());
    List<StepOutput> all = alone(causal, StepRow.causal(0, 0, tokens));
    // Whole, in part, and with a row that computes the end of the restored positions anew.
    StepPlan restore =
        plan(
            StepRow.causal(0, 70, part(tokens, 70, 90)),
            StepRow.causal(1, 33, part(tokens, 33, 90)),
            StepRow.causal(2, 69, part(tokens, 69, 90)));
    restore.addRestore(5, 0, 70);
    restore.addRestore(5, 1, 33);
    restore.addRestore(5, 2, 70);
    List<StepOutput> expected = new ArrayList<>(all.subList(70, 90));
    expected.addAll(all.subList(33, 90));
    expected.addAll(all.subList(69, 90));
    assertSame(expected, run(session, restore), SAME);
    assertSame(
        alone(causal, StepRow.causal(0, 0, part(tokens, 0, 40))).subList(33, 40),
        run(session, StepRow.causal(1, 33, part(tokens, 33, 40))),
        SAME);
  }

  @Test
  void restore_ofBidirectionalPrompt_equalsRecomputing() {
    int[] tokens = randomTokens(102, 61);
    int prompt = 45;
    StepRow first = StepRow.full(0, 0, part(tokens, 0, prompt), prompt);
    StepRow block = StepRow.full(0, prompt, part(tokens, prompt, 61), 61);
    EngineSession session = open(diffusion, 2);
    run(session, first);
    List<StepOutput> computed = run(session, block);
    StepPlan restore = plan(block.inSlot(1));
    restore.addSave(0, 1, prompt);
    restore.addRestore(1, 1, prompt);
    assertSame(computed, run(session, restore), INVARIANT);
  }

  @Test
  void save_thenSlotRewritten_entryStays() {
    int[] tokens = randomTokens(103, 50);
    EngineSession session = open(causal, 2);
    run(session, StepRow.causal(0, 0, part(tokens, 0, 40)));
    // Saved before this very plan's row writes the slot.
    StepPlan save = plan(StepRow.causal(0, 0, randomTokens(104, 60)));
    save.addSave(0, 1, 40);
    run(session, save);
    StepPlan restore = plan(StepRow.causal(1, 40, part(tokens, 40, 50)));
    restore.addRestore(1, 1, 40);
    assertSame(
        alone(causal, StepRow.causal(0, 0, tokens)).subList(40, 50), run(session, restore), SAME);
  }

  @Test
  void transfers_thatCannotBe_areRefusedByNameAndChangeNothing() {
    int[] tokens = randomTokens(105, 40);
    EngineSession session = open(causal, 2);
    run(session, StepRow.causal(0, 0, part(tokens, 0, 20)));
    StepPlan save = new StepPlan();
    save.addSave(0, 3, 16);
    run(session, save);
    StepRow row = StepRow.causal(1, 10, part(tokens, 10, 20));
    assertTransferRefused(session, p -> p.addSave(0, 3, 8), "entry=3");
    assertTransferRefused(session, p -> p.addSave(0, 4, 21), "positions=21");
    assertTransferRefused(session, p -> p.addSave(0, 4, 0), "positions=0");
    assertTransferRefused(session, p -> p.addSave(1, 4, 1), "slot=1");
    assertTransferRefused(session, p -> p.addSave(2, 4, 1), "slot=2");
    assertTransferRefused(session, p -> p.addRestore(3, 1, 10), "slot=1");
    assertTransferRefused(session, p -> p.addRestore(4, 1, 10), "entry=4", row);
    assertTransferRefused(session, p -> p.addRestore(3, 1, 17), "positions=17", row);
    assertTransferRefused(session, p -> p.addRestore(3, 1, 9), "positions=9", row);
    assertTransferRefused(session, p -> p.addRestore(3, -1, 10), "slot=-1", row);
    StepRow busy = StepRow.causal(0, 10, part(tokens, 10, 20));
    assertTransferRefused(session, p -> p.addRestore(3, 0, 10), "slot=0", busy);
    StepPlan dropped = plan(row);
    dropped.addDrop(3);
    dropped.addRestore(3, 1, 10);
    assertRefused(session, dropped, "entry=3");
    // The slot and the entry are still what they were.
    StepPlan restore = plan(row, StepRow.causal(0, 20, part(tokens, 20, 40)));
    restore.addRestore(3, 1, 16);
    List<StepOutput> all = alone(causal, StepRow.causal(0, 0, tokens));
    List<StepOutput> expected = new ArrayList<>(all.subList(10, 20));
    expected.addAll(all.subList(20, 40));
    assertSame(expected, run(session, restore), SAME);
  }

  @Test
  void drops_ofEntriesThatAreNotHeld_arePassedOver() {
    int[] tokens = randomTokens(106, 30);
    EngineSession session = open(causal, 2);
    StepPlan first = plan(StepRow.causal(0, 0, part(tokens, 0, 20)));
    first.addDrop(0);
    first.addDrop(7);
    run(session, first);
    StepPlan save = new StepPlan();
    save.addSave(0, 7, 20);
    run(session, save);
    StepPlan restore = plan(StepRow.causal(1, 20, part(tokens, 20, 30)));
    restore.addDrop(0);
    restore.addRestore(7, 1, 20);
    assertSame(
        alone(causal, StepRow.causal(0, 0, tokens)).subList(20, 30), run(session, restore), SAME);
  }

  private interface Change {
    void add(StepPlan plan);
  }

  /** A plan that also releases slot 0 where it may; none of it is done. */
  private static void assertTransferRefused(
      EngineSession session, Change change, String part, StepRow... rows) {
    StepPlan plan = plan(rows);
    change.add(plan);
    if (rows.length == 0) {
      plan.addReleasedSlot(0);
    }
    assertRefused(session, plan, part);
  }

  @Test
  void budget_exceeded_isRefusedAndChangesNothing() {
    int[] tokens = randomTokens(106, 200);
    EngineSession session = open(causal, new EngineOptions(4, 1, 256));
    run(session, StepRow.causal(0, 0, part(tokens, 0, 96)));
    run(session, StepRow.causal(1, 0, part(tokens, 0, 128)));
    StepPlan grown = plan(StepRow.causal(1, 128, part(tokens, 128, 129)));
    assertRefused(session, grown, ErrorCode.UNAVAILABLE, "kvPositions=256");
    StepPlan third = plan(StepRow.causal(2, 0, part(tokens, 0, 1)));
    assertRefused(session, third, ErrorCode.UNAVAILABLE, "kvPositions=256");
    StepPlan save = new StepPlan();
    save.addSave(0, 1, 1);
    assertRefused(session, save, ErrorCode.UNAVAILABLE, "kvPositions=256");
    // What one plan gives up, it may use.
    StepPlan exchange = plan(StepRow.causal(1, 128, part(tokens, 128, 160)));
    exchange.addSave(0, 1, 96);
    exchange.addReleasedSlot(0);
    List<StepOutput> all = alone(causal, StepRow.causal(0, 0, tokens));
    assertSame(all.subList(128, 160), run(session, exchange), SAME);
    StepPlan back = plan(StepRow.causal(0, 96, part(tokens, 96, 128)));
    back.addRestore(1, 0, 96);
    back.addReleasedSlot(1);
    assertRefused(session, plan(StepRow.causal(1, 160, tokens)), ErrorCode.UNAVAILABLE, "256");
    assertSame(all.subList(96, 128), run(session, back), SAME);
  }

  @Test
  void budget_random_everyPlanWithinItRuns() {
    Random random = new Random(107);
    int slots = 4;
    long budget = 416;
    EngineSession session = open(causal, new EngineOptions(slots, 1, budget));
    EngineSession reference = open(causal, 1);
    Map<Integer, int[]> cached = new HashMap<>();
    Map<Integer, int[]> entries = new HashMap<>();
    int restored = 0;
    int refused = 0;
    for (int step = 0; step < 150; step++) {
      StepPlan plan = new StepPlan();
      Map<Integer, int[]> nextCached = new HashMap<>(cached);
      Map<Integer, int[]> nextEntries = new HashMap<>(entries);
      int slot = random.nextInt(slots);
      int[] old = nextCached.get(slot);
      if (old != null && random.nextInt(3) == 0) {
        plan.addSave(slot, step, old.length);
        nextEntries.put(step, old);
      }
      if (old != null && random.nextInt(2) == 0) {
        plan.addReleasedSlot(slot);
        nextCached.remove(slot);
        old = null;
      }
      boolean restores = old == null && !nextEntries.isEmpty() && random.nextBoolean();
      if (restores) {
        int entry = nextEntries.keySet().iterator().next();
        old = nextEntries.get(entry);
        plan.addRestore(entry, slot, old.length);
      }
      for (int entry : entries.keySet()) {
        if (plan.restoreCount() == 0 && random.nextInt(10) == 0) {
          plan.addDrop(entry);
          nextEntries.remove(entry);
        }
      }
      int start = old == null ? 0 : old.length;
      int[] added = randomTokens(1000 + step, 1 + random.nextInt(40));
      int[] tokens = new int[start + added.length];
      if (old != null) {
        System.arraycopy(old, 0, tokens, 0, start);
      }
      System.arraycopy(added, 0, tokens, start, added.length);
      nextCached.put(slot, tokens);
      StepRow.causal(slot, start, added).addTo(plan);
      if (counted(nextCached, nextEntries) > budget) {
        assertRefused(session, plan, ErrorCode.UNAVAILABLE, "kvPositions=416");
        refused++;
        continue;
      }
      StepPlan whole = plan(StepRow.causal(0, 0, tokens));
      whole.addReleasedSlot(0);
      List<StepOutput> expected = run(reference, whole).subList(start, tokens.length);
      assertSame(expected, run(session, plan), SAME);
      restored += plan.restoreCount();
      cached = nextCached;
      entries = nextEntries;
    }
    assertTrue(restored > 10 && refused > 10, restored + " restored, " + refused + " refused");
  }

  private static long counted(Map<Integer, int[]> cached, Map<Integer, int[]> entries) {
    int longest = cached.values().stream().mapToInt(tokens -> tokens.length).max().orElse(0);
    return cached.size() * blocks(longest)
        + entries.values().stream().mapToLong(tokens -> blocks(tokens.length)).sum();
  }

  private static long blocks(int positions) {
    return (positions + 31) / 32 * 32L;
  }

  @Test
  void open_budgetOutOfRange_isRefusedByName() {
    for (long budget : new long[] {-1, 1, 31, 1L << 50}) {
      UnmaskException e =
          assertThrows(UnmaskException.class, () -> open(causal, new EngineOptions(1, 1, budget)));
      assertEquals(budget < 32 ? ErrorCode.INVALID_ARGUMENT : ErrorCode.UNAVAILABLE, e.code());
      assertTrue(e.getMessage().contains("kvPositions=" + budget), e.getMessage());
    }
  }
}

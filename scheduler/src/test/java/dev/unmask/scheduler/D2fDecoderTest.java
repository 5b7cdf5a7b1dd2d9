package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class D2fDecoderTest {
  private static final int CONTEXT = 128;

  private static Map<String, Object> parameters(Random random) {
    Map<String, Object> values = new HashMap<>();
    values.put("algorithm", "d2f");
    values.put("block_size", 1 + random.nextInt(12));
    values.put("max_new_tokens", 1 + random.nextInt(60));
    values.put("block_add_threshold", random.nextInt(11) / 10.0);
    values.put("decoded_token_threshold", random.nextInt(11) / 10.0);
    values.put("skip_threshold", 0.2 + random.nextInt(8) / 10.0);
    values.put("trim_after_eos", false);
    return values;
  }

  private static int[] prompt(Random random) {
    return random.ints(1 + random.nextInt(20), 0, ToyEngine.VOCAB).toArray();
  }

  private static Recorder decode(
      ModelTraits model, ToyEngine engine, int[] prompt, Map<String, Object> values) {
    BlockScheduler scheduler = new BlockScheduler(model, SchedulerConfig.ofSequences(1));
    Recorder recorder = new Recorder();
    scheduler.submit(GenerationRequest.ofPrompt(prompt, values, model), recorder);
    StepOutputs outputs = ToyEngine.outputs();
    StepPlan plan = scheduler.plan();
    while (plan.rowCount() > 0) {
      engine.run(plan, outputs);
      scheduler.apply(outputs);
      plan = scheduler.plan();
    }
    return recorder;
  }

  @Test
  void decode_randomParameters_equalsTheUncachedReference() {
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      boolean shift = seed % 2 == 1;
      double sharpness = 4 + random.nextInt(12);
      ModelTraits model = ToyEngine.traits(AttentionKind.BLOCK_CAUSAL, shift, CONTEXT);
      Map<String, Object> values = parameters(random);
      int[] prompt = prompt(random);
      int maxTokens = (int) values.get("max_new_tokens");

      Recorder recorder = decode(model, new ToyEngine(1, CONTEXT, sharpness), prompt, values);

      D2fReference reference =
          new D2fReference(new ToyEngine(1, CONTEXT, sharpness), prompt, maxTokens);
      int[] expected =
          reference.decode(
              prompt.length,
              maxTokens,
              (int) values.get("block_size"),
              (double) values.get("block_add_threshold"),
              (double) values.get("decoded_token_threshold"),
              (double) values.get("skip_threshold"),
              shift);
      String label = "seed " + seed + " " + values;
      assertArrayEquals(expected, recorder.finished.responseIds(), label);
      assertEquals(reference.passes, recorder.finished.forwardPasses(), label);
    }
  }

  @Test
  void trimAfterEos_endTokenCommitted_nothingBehindItIsCommittedAnyMore() {
    long whole = 0;
    long trimmed = 0;
    int stopped = 0;
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      ModelTraits model = ToyEngine.traits(AttentionKind.BLOCK_CAUSAL, false, CONTEXT);
      Map<String, Object> values = parameters(random);
      values.put("stop_token_ids", "45,46,47,48");
      int[] prompt = prompt(random);
      whole += decode(model, new ToyEngine(1, CONTEXT, 12), prompt, values).finished.queryTokens();
      values.put("trim_after_eos", true);
      SequenceView view = decode(model, new ToyEngine(1, CONTEXT, 12), prompt, values).finished;
      trimmed += view.queryTokens();
      if (!view.stopped()) {
        assertEquals(FinishReason.LENGTH, view.finishReason());
        assertEquals(values.get("max_new_tokens"), view.answerIds().length);
        continue;
      }
      stopped++;
      assertEquals(FinishReason.STOP, view.finishReason());
      int end = view.answerEnd();
      for (int i = view.responseStart(); i < view.length(); i++) {
        assertFalse(i < end && view.isMasked(i), "seed " + seed + " position " + i);
        assertTrue(
            i <= end || view.committedInPass(i) <= view.committedInPass(end),
            "seed " + seed + " position " + i);
      }
    }
    assertTrue(stopped > 50, "stopped " + stopped);
    assertTrue(trimmed < 0.95 * whole, trimmed + " query tokens trimmed, " + whole + " whole");
  }

  @Test
  void maxActiveBlocks_one_neverDenoisesTwoBlocks() {
    ModelTraits model = ToyEngine.traits(AttentionKind.BLOCK_CAUSAL, false, CONTEXT);
    Map<String, Object> values =
        Map.of(
            "block_size",
            8,
            "max_tokens",
            40,
            "block_add_threshold",
            0,
            "max_active_blocks",
            1,
            "ignore_eos",
            true);
    BlockScheduler scheduler = new BlockScheduler(model, SchedulerConfig.ofSequences(1));
    ToyEngine engine = new ToyEngine(1, CONTEXT, 6);
    Recorder recorder = new Recorder();
    scheduler.submit(GenerationRequest.ofPrompt(new int[] {1, 2, 3}, values, model), recorder);
    StepOutputs outputs = ToyEngine.outputs();
    StepPlan plan = scheduler.plan();
    while (plan.rowCount() > 0) {
      assertTrue(plan.outputCount() <= 8, "outputs " + plan.outputCount());
      engine.run(plan, outputs);
      scheduler.apply(outputs);
      plan = scheduler.plan();
    }
    assertEquals(40, recorder.finished.answerIds().length);
  }

  @Test
  void promptWithLiteralMaskToken_staysAsItIs() {
    ModelTraits model = ToyEngine.traits(AttentionKind.BLOCK_CAUSAL, false, CONTEXT);
    int[] prompt = {3, ToyEngine.MASK, 5, ToyEngine.MASK};
    Recorder recorder =
        decode(
            model, new ToyEngine(1, CONTEXT, 8), prompt, Map.of("max_tokens", 9, "block_size", 4));
    for (int i = 0; i < prompt.length; i++) {
      assertEquals(prompt[i], recorder.finished.tokenId(i));
      assertFalse(recorder.finished.isMasked(i));
    }
  }
}

package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

/** A scheduler over a {@link ToyEngine} with the same budget; validated after every step. */
final class SchedulerHarness {
  static final int CONTEXT = 512;
  static final ModelTraits MODEL = ToyEngine.traits(AttentionKind.FULL, false, CONTEXT);
  private static final double SHARPNESS = 8;

  final BlockScheduler scheduler;
  final ToyEngine engine;
  private final StepOutputs outputs = ToyEngine.outputs();
  private final SchedulerConfig config;

  /** The last plan, until the next step. */
  StepPlan plan;

  long nowNanos;

  SchedulerHarness(SchedulerConfig config) {
    this.config = config;
    scheduler = new BlockScheduler(MODEL, config);
    engine =
        new ToyEngine(
            new ToyKvStore(config.maxSequences(), CONTEXT, config.kvPositions()), SHARPNESS);
  }

  static GenerationRequest request(int promptTokens, Map<String, Object> parameters) {
    int[] prompt = new int[promptTokens];
    for (int i = 0; i < promptTokens; i++) {
      prompt[i] = 1 + i % 40;
    }
    return GenerationRequest.ofPrompt(prompt, parameters, MODEL);
  }

  /** An autoregressive request that always has its full length. */
  static GenerationRequest autoregressive(int promptTokens, int maxTokens) {
    return request(
        promptTokens,
        Map.of("algorithm", "autoregressive", "max_tokens", maxTokens, "ignore_eos", true));
  }

  Recorder submit(GenerationRequest request) {
    return submit(request, SubmitOptions.DEFAULT);
  }

  Recorder submit(GenerationRequest request, int priority) {
    return submit(request, new SubmitOptions(priority, Long.MAX_VALUE));
  }

  Recorder submit(GenerationRequest request, SubmitOptions options) {
    Recorder recorder = new Recorder();
    recorder.id = scheduler.submit(request, options, recorder);
    return recorder;
  }

  /** Plans and runs, without apply; false where there was nothing to do. */
  boolean planAndRun() {
    plan = scheduler.plan(nowNanos);
    scheduler.validate();
    if (plan.isEmpty()) {
      return false;
    }
    engine.run(plan, outputs);
    SchedulerStats stats = scheduler.stats();
    long used = engine.store.used();
    long counted = stats.kvBlocksUsed() * 32;
    assertTrue(used <= counted, "the engine uses " + used + ", the pool counts " + counted);
    if (plan.rowCount() == stats.running()) {
      assertEquals(used, counted);
    }
    assertEquals(stats.savedEntries(), engine.store.entries());
    return true;
  }

  boolean step() {
    if (!planAndRun()) {
      return false;
    }
    apply();
    return true;
  }

  void apply() {
    scheduler.apply(outputs);
    scheduler.validate();
  }

  void drain() {
    while (step()) {
      continue;
    }
    assertEquals(0, scheduler.size());
    assertEquals(config.maxSequences(), scheduler.freeSlots());
    SchedulerStats stats = scheduler.stats();
    assertEquals(stats.kvBlocksSaved(), stats.kvBlocksUsed());
    assertEquals(stats.kvBlocksSaved() * 32, engine.store.used());
  }

  /** The run of a request that has an engine and unlimited memory for itself. */
  static SequenceView alone(GenerationRequest request) {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(1));
    Recorder recorder = harness.submit(request);
    harness.drain();
    return recorder.finished;
  }

  /** Checks that what a sequence committed is what it commits alone, pass by pass. */
  static void assertAsAlone(GenerationRequest request, Recorder recorder, String message) {
    SequenceView alone = alone(request);
    SequenceView view = recorder.finished;
    if (!recorder.ended && view.finishReason() != FinishReason.ERROR) {
      assertArrayEquals(alone.responseIds(), view.responseIds(), message);
      assertEquals(alone.forwardPasses(), view.forwardPasses(), message);
      assertEquals(alone.finishReason(), view.finishReason(), message);
    }
    for (int i = view.responseStart(); i < Math.min(view.length(), alone.length()); i++) {
      if (!view.isMasked(i)) {
        String at = message + " position " + i;
        assertEquals(alone.tokenId(i), view.tokenId(i), at);
        assertEquals(alone.committedInPass(i), view.committedInPass(i), at);
        assertEquals(alone.logprob(i), view.logprob(i), at);
      }
    }
  }
}

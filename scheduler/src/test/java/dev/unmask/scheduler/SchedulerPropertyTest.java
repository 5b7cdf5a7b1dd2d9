package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.parameters.Algorithm;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random interleavings of everything that may happen to sequences of all algorithms under budgets
 * of a few KV blocks. Pool and index are validated after every step, the toy engine refuses what it
 * cannot hold, and every token is held against the run of the same request alone.
 */
class SchedulerPropertyTest {
  private static final int WORLDS = 48;
  private static final int ACTIONS = 200;
  private static final int LONGEST = 96;

  private record Submitted(GenerationRequest request, Recorder recorder, boolean deadline) {}

  private final Map<Algorithm, Integer> preempted = new EnumMap<>(Algorithm.class);
  private final Map<Algorithm, Integer> reused = new EnumMap<>(Algorithm.class);
  private int expired;
  private int failed;
  private long steps;

  @Test
  void randomInterleavings_tokensAsAloneAndAllMemoryBack() {
    for (int seed = 0; seed < WORLDS; seed++) {
      world(seed);
    }
    assertTrue(steps > 5000, "steps " + steps);
    int total = preempted.values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(total > 60, "preempted " + preempted);
    for (Algorithm algorithm : Algorithm.values()) {
      assertTrue(preempted.getOrDefault(algorithm, 0) > 0, "preempted " + preempted);
    }
    for (Algorithm algorithm :
        List.of(Algorithm.AUTOREGRESSIVE, Algorithm.D2F, Algorithm.BLOCK_DIFFUSION)) {
      int count = reused.getOrDefault(algorithm, 0);
      assertTrue(count > 5, algorithm + " reused " + count);
    }
    assertTrue(expired > 20, "expired " + expired);
    assertTrue(failed > 20, "failed " + failed);
  }

  private static SchedulerConfig config(Random random, boolean roomy) {
    SchedulerConfig.Builder config = SchedulerConfig.builder(2 + random.nextInt(7));
    if (roomy) {
      config.kvPositions(random.nextInt(3) == 0 ? 0 : LONGEST * 8);
    } else {
      config.kvPositions(LONGEST + 32L * random.nextInt(10));
    }
    if (random.nextBoolean()) {
      config.maxQueryTokens(20 + random.nextInt(300));
    }
    return config
        .watermark(random.nextInt(3) * 0.05)
        .reuseEntries(roomy ? 8 : random.nextInt(3) * 2)
        .maxOvertaken(random.nextInt(6))
        .build();
  }

  private void world(int seed) {
    Random random = new Random(seed);
    boolean roomy = seed % 3 == 0;
    SchedulerConfig config = config(random, roomy);
    SchedulerHarness harness = new SchedulerHarness(config);
    RandomRequests requests = new RandomRequests(SchedulerHarness.MODEL, random);
    int[][] prompts = new int[4][];
    for (int i = 0; i < prompts.length; i++) {
      prompts[i] = requests.prompt(20 + random.nextInt(50));
    }
    List<Submitted> submitted = new ArrayList<>();
    for (int action = 0; action < ACTIONS; action++) {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 4 -> submitted.add(submit(harness, requests, prompts, roomy, random));
        case 3 -> {
          if (random.nextInt(3) == 0) {
            endAny(harness, submitted, random);
          }
        }
        default -> step(harness, submitted, random);
      }
      harness.scheduler.validate();
      harness.nowNanos++;
    }
    harness.drain();
    steps += harness.scheduler.stats().steps();
    for (int i = 0; i < submitted.size(); i++) {
      check(submitted.get(i), "seed " + seed + " request " + i + " " + config);
    }
  }

  private static Submitted submit(
      SchedulerHarness harness,
      RandomRequests requests,
      int[][] prompts,
      boolean roomy,
      Random random) {
    int[] prompt =
        random.nextInt(4) < (roomy ? 3 : 1)
            ? prompts[random.nextInt(prompts.length)]
            : requests.prompt(1 + random.nextInt(20));
    GenerationRequest request;
    do {
      Algorithm algorithm =
          random.nextInt(4) == 0 ? Algorithm.AUTOREGRESSIVE : requests.algorithm();
      request = requests.next(algorithm, prompt, 1 + random.nextInt(14));
    } while (request.cachePositions() > LONGEST);
    boolean deadline = random.nextInt(12) == 0;
    long at = deadline ? harness.nowNanos + random.nextInt(100) : Long.MAX_VALUE;
    // What grows most goes first, so that the others are preempted.
    int priority = request.algorithm() == Algorithm.AUTOREGRESSIVE ? 1 : 1 + random.nextInt(4);
    Recorder recorder = harness.submit(request, new SubmitOptions(priority, at));
    return new Submitted(request, recorder, deadline);
  }

  private static void endAny(SchedulerHarness harness, List<Submitted> submitted, Random random) {
    if (!submitted.isEmpty()) {
      Recorder recorder = submitted.get(random.nextInt(submitted.size())).recorder;
      recorder.ended |=
          random.nextBoolean()
              ? harness.scheduler.cancel(recorder.id)
              : harness.scheduler.finish(recorder.id);
    }
  }

  private void step(SchedulerHarness harness, List<Submitted> submitted, Random random) {
    if (!harness.planAndRun()) {
      return;
    }
    if (random.nextInt(60) == 0) {
      endAny(harness, submitted, random);
    }
    if (random.nextInt(250) == 0) {
      harness.engine.store.lose();
      harness.scheduler.fail(new UnmaskException(ErrorCode.INTERNAL, "thrown by the test"));
    } else {
      harness.apply();
    }
  }

  private void check(Submitted one, String message) {
    SequenceView view = one.recorder.finished;
    assertNotNull(view, message);
    Algorithm algorithm = one.request.algorithm();
    String label = message + " " + one.request.parameters();
    preempted.merge(algorithm, view.preemptions(), Integer::sum);
    reused.merge(algorithm, view.reusedTokens() > 0 ? 1 : 0, Integer::sum);
    if (view.finishReason() == FinishReason.ERROR) {
      boolean timeout = view.error().getMessage().startsWith("Request timeout expired: ");
      expired += timeout ? 1 : 0;
      failed += timeout ? 0 : 1;
      assertTrue(!timeout || one.deadline, label);
      assertSame(timeout ? ErrorCode.UNAVAILABLE : ErrorCode.INTERNAL, view.error().code());
    }
    SchedulerHarness.assertAsAlone(one.request, one.recorder, label);
    assertEquals(view.forwardPasses() > 0, one.recorder.scheduled > 0, label);
  }
}

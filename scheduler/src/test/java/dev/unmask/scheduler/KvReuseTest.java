package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.kv.KvPool;
import dev.unmask.scheduler.parameters.Algorithm;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KvReuseTest {
  private static final Set<Algorithm> EXACT =
      EnumSet.of(Algorithm.AUTOREGRESSIVE, Algorithm.D2F, Algorithm.BLOCK_DIFFUSION);

  private static SchedulerHarness harness() {
    return new SchedulerHarness(SchedulerConfig.builder(2).reuseEntries(4).build());
  }

  private static GenerationRequest request(String algorithm, int[] prompt, Object... more) {
    Map<String, Object> values = new HashMap<>();
    values.put("algorithm", algorithm);
    values.put("max_tokens", 24);
    values.put("ignore_eos", true);
    for (int i = 0; i < more.length; i += 2) {
      values.put((String) more[i], more[i + 1]);
    }
    return GenerationRequest.ofPrompt(prompt, values, SchedulerHarness.MODEL);
  }

  private static int[] prompt(int length) {
    return new Random(length).ints(length, 0, ToyEngine.VOCAB).toArray();
  }

  private static int[] changed(int[] prompt, int position) {
    int[] copy = prompt.clone();
    copy[position] = (copy[position] + 1) % ToyEngine.VOCAB;
    return copy;
  }

  private static Recorder run(SchedulerHarness harness, GenerationRequest request) {
    Recorder recorder = harness.submit(request);
    harness.drain();
    SchedulerHarness.assertAsAlone(request, recorder, request.parameters().toString());
    return recorder;
  }

  private static int reused(SchedulerHarness harness, GenerationRequest request) {
    return run(harness, request).finished.reusedTokens();
  }

  @ParameterizedTest
  @EnumSource
  void identicalPrompt_anyAlgorithm_sameTokensAndFewerQueriesWhereExact(Algorithm algorithm) {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      RandomRequests requests = new RandomRequests(SchedulerHarness.MODEL, random);
      GenerationRequest request =
          requests.next(algorithm, requests.prompt(40 + random.nextInt(40)), 1 + random.nextInt(4));
      SchedulerHarness harness = harness();
      Recorder first = run(harness, request);
      Recorder second = run(harness, request);
      assertEquals(0, first.finished.reusedTokens());
      if (EXACT.contains(algorithm)) {
        assertTrue(second.finished.reusedTokens() >= 32, "seed " + seed);
        assertTrue(second.finished.queryTokens() < first.finished.queryTokens(), "seed " + seed);
      } else {
        assertEquals(0, second.finished.reusedTokens());
        assertEquals(0, harness.scheduler.stats().savedEntries());
      }
    }
  }

  @Test
  void d2f_onlyTheIdenticalWholePromptIsReused() {
    SchedulerHarness harness = harness();
    int[] prompt = prompt(70);
    run(harness, request("d2f", prompt, "block_size", 8));
    assertEquals(70, reused(harness, request("d2f", prompt, "block_size", 5)));
    assertEquals(70, reused(harness, request("d2f", prompt, "shift_logits", true)));
    assertEquals(0, reused(harness, request("d2f", Arrays.copyOf(prompt, 69))));
    assertEquals(0, reused(harness, request("d2f", Arrays.copyOf(prompt, 71))));
    assertEquals(0, reused(harness, request("d2f", changed(prompt, 69))));
    assertEquals(0, reused(harness, request("autoregressive", prompt)));
  }

  @Test
  void autoregressive_longestCommonPrefixIsReused() {
    SchedulerHarness harness = harness();
    int[] prompt = prompt(70);
    run(harness, request("autoregressive", prompt));
    assertEquals(69, reused(harness, request("autoregressive", prompt)));
    assertEquals(50, reused(harness, request("autoregressive", changed(prompt, 50))));
    assertEquals(59, reused(harness, request("autoregressive", Arrays.copyOf(prompt, 60))));
    assertEquals(32, reused(harness, request("autoregressive", changed(prompt, 32))));
    assertEquals(0, reused(harness, request("autoregressive", changed(prompt, 31))));
  }

  @Test
  void autoregressive_nextTurnOfAChat_reusesTheAnswerAndReplacesTheEntry() {
    SchedulerHarness harness = harness();
    int[] prompt = prompt(40);
    SequenceView first = run(harness, request("autoregressive", prompt)).finished;
    assertEquals(1, harness.scheduler.stats().savedEntries());
    int[] next = Arrays.copyOf(prompt, 40 + 24 + 10);
    System.arraycopy(first.answerIds(), 0, next, 40, 24);
    // The last token of an answer is never computed.
    assertEquals(63, reused(harness, request("autoregressive", next)));
    assertEquals(1, harness.scheduler.stats().savedEntries());
  }

  @Test
  void blockDiffusion_wholeBlocksOfTheSameLengthAreReused() {
    SchedulerHarness harness = harness();
    int[] prompt = prompt(70);
    run(harness, request("block_diffusion", prompt, "block_length", 8));
    assertEquals(64, reused(harness, request("block_diffusion", prompt, "block_length", 8)));
    assertEquals(
        48, reused(harness, request("block_diffusion", changed(prompt, 55), "block_length", 8)));
    assertEquals(
        64,
        reused(
            harness, request("block_diffusion", prompt, "block_length", 8, "shift_logits", true)));
    assertEquals(0, reused(harness, request("block_diffusion", prompt, "block_length", 4)));
  }

  @Test
  void cancelledSequence_leavesWhatItComputed() {
    SchedulerHarness harness = harness();
    int[] prompt = prompt(50);
    Recorder recorder = harness.submit(request("autoregressive", prompt));
    for (int i = 0; i < 10; i++) {
      harness.step();
    }
    harness.scheduler.cancel(recorder.id);
    harness.drain();
    int[] longer = Arrays.copyOf(recorder.finished.responseIds(), 9);
    int[] next = Arrays.copyOf(prompt, 70);
    System.arraycopy(longer, 0, next, 50, 9);
    assertEquals(59, reused(harness, request("autoregressive", next)));
  }

  @Test
  void cancelledBeforeItsFirstRow_savesNothing() {
    SchedulerHarness harness =
        new SchedulerHarness(SchedulerConfig.builder(3).reuseEntries(2).maxQueryTokens(10).build());
    run(harness, request("autoregressive", prompt(50)));
    run(harness, request("autoregressive", prompt(51)));
    Recorder first = harness.submit(request("autoregressive", prompt(60)));
    Recorder second = harness.submit(request("autoregressive", prompt(50)));
    Recorder third = harness.submit(request("autoregressive", prompt(51)));
    harness.step();
    assertEquals(1, first.scheduled);
    assertEquals(0, second.scheduled + third.scheduled);
    harness.scheduler.cancel(second.id);
    harness.scheduler.cancel(third.id);
    // The first prompt takes the place of the second's entry, which its slot never held.
    harness.drain();
    assertEquals(50, reused(harness, request("autoregressive", prompt(51))));
    assertEquals(59, reused(harness, request("autoregressive", prompt(60))));
  }

  @Test
  void fullIndex_leastRecentlyUsedIsEvicted() {
    SchedulerHarness harness = harness();
    for (int i = 0; i < 4; i++) {
      run(harness, request("d2f", prompt(40 + i)));
    }
    assertEquals(40, reused(harness, request("d2f", prompt(40))));
    run(harness, request("d2f", prompt(44)));
    assertEquals(4, harness.scheduler.stats().savedEntries());
    assertEquals(40, reused(harness, request("d2f", prompt(40))));
    assertEquals(0, reused(harness, request("d2f", prompt(41))));
  }

  @Test
  void admission_entriesGiveWayToRows() {
    SchedulerHarness harness =
        new SchedulerHarness(
            SchedulerConfig.builder(2)
                .reuseEntries(4)
                .kvPositions(8L * KvPool.BLOCK)
                .watermark(0)
                .build());
    run(harness, request("d2f", prompt(64)));
    assertEquals(2, harness.scheduler.stats().kvBlocksSaved());
    run(harness, request("d2f", prompt(200)));
    assertEquals(0, reused(harness, request("d2f", prompt(64))));
  }

  @Test
  void entryThatDoesNotFitBesideItsRow_isNotUsed() {
    SchedulerHarness harness =
        new SchedulerHarness(
            SchedulerConfig.builder(1).reuseEntries(4).kvPositions(3L * KvPool.BLOCK).build());
    GenerationRequest request = request("d2f", prompt(40), "max_tokens", 16, "block_size", 16);
    run(harness, request);
    assertEquals(0, harness.scheduler.stats().savedEntries());
    GenerationRequest small = request("d2f", prompt(32), "max_tokens", 16, "block_size", 16);
    run(harness, small);
    assertEquals(1, harness.scheduler.stats().savedEntries());
    assertEquals(32, reused(harness, small));
    GenerationRequest grown = request("d2f", prompt(32), "max_tokens", 40, "block_size", 40);
    assertEquals(0, reused(harness, grown));
  }

  @Test
  void off_nothingIsSavedOrRestored() {
    SchedulerHarness harness = new SchedulerHarness(SchedulerConfig.ofSequences(2));
    assertEquals(0, reused(harness, request("d2f", prompt(40))));
    assertEquals(0, reused(harness, request("d2f", prompt(40))));
    assertEquals(0, harness.scheduler.stats().reuseHits());
  }

  @Test
  void stats_countHitsAndTokens() {
    SchedulerHarness harness = harness();
    GenerationRequest request = request("autoregressive", prompt(40));
    int[] first = run(harness, request).finished.answerIds();
    int[] second = run(harness, request).finished.answerIds();
    assertArrayEquals(first, second);
    SchedulerStats stats = harness.scheduler.stats();
    assertEquals(1, stats.reuseHits());
    assertEquals(39, stats.reusedTokens());
    assertEquals(1, stats.savedEntries());
    assertEquals(2, stats.kvBlocksSaved());
    assertEquals(48, stats.passes());
  }
}

package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.unmask.BadWords;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BadWordsTest {
  private static final int A = 10;
  private static final int B = 11;
  private static final int C = 12;
  private static final int D = 13;
  private static final int[] PROMPT = {4, 9, 17};

  /** Every position has the candidates A, B, C, D in this order, A nearly certain. */
  private static void certain(StepPlan plan, StepOutputs outputs) {
    outputs.resize(plan.outputCount());
    for (int o = 0; o < plan.outputCount(); o++) {
      for (int c = 0; c < ToyEngine.CANDIDATES; c++) {
        outputs.setCandidate(o, c, A + c, -8 * c);
      }
      outputs.setDistribution(o, Math.log1p(Math.exp(-8) + Math.exp(-16) + Math.exp(-24)), 0.004);
      outputs.setSpecialLogit(o, 0, -30);
      outputs.setSpecialLogit(o, 1, -28);
    }
  }

  private static SequenceView certain(int tokens, Object badWords, Map<String, Object> algorithm) {
    Map<String, Object> values = new HashMap<>(algorithm);
    values.put("max_tokens", tokens);
    values.put("bad_words_ids", badWords);
    GenerationRequest request = GenerationRequest.ofPrompt(PROMPT, values, ToyRun.MODEL);
    return ToyRun.decode(request, BadWordsTest::certain).view();
  }

  private static int[] passes(SequenceView view) {
    int[] passes = new int[view.length() - view.responseStart()];
    Arrays.setAll(passes, i -> view.committedInPass(view.responseStart() + i));
    return passes;
  }

  private static boolean has(int[] response, int... word) {
    for (int i = 0; i + word.length <= response.length; i++) {
      if (Arrays.equals(response, i, i + word.length, word, 0, word.length)) {
        return true;
      }
    }
    return false;
  }

  /** A sequence with a prompt of A and a response of six positions, the 2nd and 4th committed. */
  private static Sequence sequence() {
    GenerationRequest request =
        GenerationRequest.ofPrompt(new int[] {A}, Map.of("max_tokens", 6), ToyRun.MODEL);
    Sequence sequence = new Sequence(1, request, ToyEngine.MASK, new Recorder());
    sequence.appendMasks(6);
    sequence.countPass(7);
    sequence.commit(2, B, ToyEngine.outputs(), 0);
    sequence.commit(4, C, ToyEngine.outputs(), 0);
    return sequence;
  }

  @Test
  void forbids_completedOnEitherSide() {
    BadWords words = new BadWords(new int[][] {{D}, {A, B}, {B, A, C}, {C, B, A}}, sequence());
    assertTrue(words.forbids(D, 3));
    assertTrue(words.forbids(A, 1), "A before the committed B");
    assertTrue(words.forbids(A, 3), "A between the committed B and C");
    assertFalse(words.forbids(B, 3));
    assertFalse(words.forbids(B, 5), "its other neighbour is masked");
    assertFalse(words.forbids(A, 6));
    assertFalse(words.forbids(0, 3));
  }

  @Test
  void forbids_promptIsNoPartOfTheResponse() {
    BadWords words = new BadWords(new int[][] {{A, C}}, sequence());
    assertFalse(words.forbids(C, 1));
  }

  @Test
  void forbids_literalMaskToken_onlyWhereItIsCommitted() {
    Sequence sequence = sequence();
    BadWords words = new BadWords(new int[][] {{ToyEngine.MASK, C}, {C, ToyEngine.MASK}}, sequence);
    assertFalse(words.forbids(C, 6), "the position before is masked");
    sequence.commit(5, ToyEngine.MASK, ToyEngine.outputs(), 0);
    assertTrue(words.forbids(C, 6));
  }

  @Test
  void oneToken_everyAlgorithm_isNeverCommitted() {
    int avoided = 0;
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      for (int seed = 0; seed < 6; seed++) {
        Object[] sampling = {"ignore_eos", true, "temperature", seed % 2, "seed", seed};
        int[] prompt = {seed, 2, 3};
        int[] free = ToyRun.generate(prompt, algorithm, sampling).view().responseIds();
        Set<Integer> tokens = new LinkedHashSet<>(List.of(free[0], free[1], free[7], free[20]));
        Object[] with = Arrays.copyOf(sampling, sampling.length + 2);
        with[sampling.length] = "bad_words_ids";
        with[sampling.length + 1] = tokens.stream().map(List::of).toList();
        SequenceView view = ToyRun.generate(prompt, algorithm, with).view();
        assertWhole(view, algorithm.toString());
        for (int token : view.responseIds()) {
          assertFalse(tokens.contains(token), algorithm + " seed " + seed + " token " + token);
        }
        avoided += tokens.size();
      }
    }
    assertTrue(avoided > 100, "words avoided " + avoided);
  }

  @Test
  void severalTokens_everyAlgorithm_neverStandInARow() {
    int changed = 0;
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      for (int seed = 0; seed < 12; seed++) {
        Object[] sampling = {"ignore_eos", true, "temperature", seed % 3 * 0.6, "seed", seed};
        int[] prompt = {seed, 2, 3};
        int[] response = ToyRun.generate(prompt, algorithm, sampling).view().responseIds();
        // Forbid what the run before said, again and again: pairs and triples from all over it.
        Set<List<Integer>> words = new HashSet<>();
        for (int round = 0; round < 5; round++) {
          int at = (7 * round + seed) % 21;
          words.add(List.of(response[at], response[at + 1]));
          words.add(List.of(response[at], response[at + 1], response[at + 2]));
          Object[] with = Arrays.copyOf(sampling, sampling.length + 2);
          with[sampling.length] = "bad_words_ids";
          with[sampling.length + 1] = List.copyOf(words);
          SequenceView view = ToyRun.generate(prompt, algorithm, with).view();
          String label = algorithm + " seed " + seed + " words " + words;
          assertWhole(view, label);
          for (List<Integer> word : words) {
            int[] ids = word.stream().mapToInt(id -> id).toArray();
            assertFalse(has(view.responseIds(), ids), label);
          }
          changed += Arrays.equals(response, view.responseIds()) ? 0 : 1;
          response = view.responseIds();
        }
      }
    }
    assertTrue(changed > 500, "responses changed " + changed);
  }

  private static void assertWhole(SequenceView view, String label) {
    assertEquals(24, view.answerIds().length, label);
    for (int i = 0; i < view.responseStart() + 24; i++) {
      assertFalse(view.isMasked(i), label);
    }
  }

  @Test
  void severalTokens_everyPositionWantsTheSame_everyAlgorithmEnds() {
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      SequenceView view = certain(24, "[[10,10],[10,11,10],[11,11]]", algorithm);
      assertWhole(view, algorithm.toString());
      int[] response = view.responseIds();
      assertFalse(has(response, A, A) || has(response, A, B, A) || has(response, B, B));
      assertTrue(view.forwardPasses() <= 28, algorithm + " passes " + view.forwardPasses());
    }
  }

  @Test
  void samePass_threshold_positionWaitsForTheNextPass() {
    SequenceView fast = certain(6, "[[10,10]]", Map.of("algorithm", "fast_dllm", "threshold", 0.9));
    assertArrayEquals(new int[] {A, B, A, B, A, B}, fast.responseIds());
    assertArrayEquals(new int[] {1, 2, 1, 2, 1, 2}, passes(fast));
    SequenceView d2f =
        certain(6, "[[10,10]]", Map.of("algorithm", "d2f", "block_size", 3, "skip_threshold", 0.9));
    assertArrayEquals(new int[] {A, B, A, B, A, B}, d2f.responseIds());
    assertArrayEquals(new int[] {1, 2, 1}, Arrays.copyOf(passes(d2f), 3));
  }

  @Test
  void samePass_countedSteps_positionTakesTheNextBestToken() {
    for (Map<String, Object> algorithm :
        List.<Map<String, Object>>of(
            Map.of("algorithm", "llada", "block_length", 6, "steps", 1),
            Map.of("algorithm", "dream", "steps", 1, "alg", "maskgit_plus"),
            Map.of("algorithm", "dream", "steps", 1, "alg", "origin"))) {
      SequenceView view = certain(6, "[[10,10],[11,10,11]]", algorithm);
      assertArrayEquals(new int[] {A, B, A, C, A, B}, view.responseIds(), algorithm.toString());
      assertEquals(1, view.forwardPasses());
    }
  }

  @Test
  void samePass_mostCertainPositionKeepsItsToken() {
    Map<String, Object> values =
        Map.of(
            "algorithm",
            "llada",
            "max_tokens",
            3,
            "block_length",
            3,
            "steps",
            1,
            "bad_words_ids",
            "[[10,10]]");
    GenerationRequest request = GenerationRequest.ofPrompt(PROMPT, values, ToyRun.MODEL);
    SequenceView view =
        ToyRun.decode(
                request,
                (plan, outputs) -> {
                  certain(plan, outputs);
                  outputs.setDistribution(0, 0.5, Double.NaN);
                  outputs.setDistribution(2, 0.5, Double.NaN);
                })
            .view();
    assertArrayEquals(new int[] {B, A, B}, view.responseIds());
  }

  @Test
  void samePass_replacedToken_isTheOneRecorded() {
    Map<String, Object> algorithm =
        Map.of("algorithm", "llada", "block_length", 2, "steps", 1, "logprobs", 1);
    SequenceView view = certain(2, "[[10,10]]", algorithm);
    int first = view.responseStart();
    assertEquals(1, view.rank(first));
    assertEquals(2, view.rank(first + 1));
    assertEquals(-8, view.logprob(first + 1), 1e-3);
    assertEquals(A, view.alternativeId(first + 1, 0));
  }

  @Test
  void everyCandidateForbidden_endTokenEndsTheResponse() {
    for (String name : List.of("autoregressive", "llada", "fast_dllm", "d2f", "dream")) {
      SequenceView view = certain(4, "[[10],[11],[12],[13]]", Map.of("algorithm", name));
      assertEquals(ToyEngine.EOS, view.responseIds()[0], name);
      assertEquals(0, view.answerIds().length, name);
      assertSame(FinishReason.STOP, view.finishReason(), name);
    }
  }

  @Test
  void everyCandidateAndTheEndForbidden_lowestTokenAllowed() {
    SequenceView view =
        certain(
            3,
            "[[10],[11],[12],[13],[48],[0],[1,1]]",
            Map.of("algorithm", "autoregressive", "logprobs", 0));
    assertArrayEquals(new int[] {1, 2, 1}, view.responseIds());
    assertEquals(0, view.rank(view.responseStart()));
    assertEquals(-24, view.logprob(view.responseStart()), 1e-3);
  }

  @Test
  void infill_givenNeighboursCount() {
    int[] tokens = {A, 0, C, 0, A};
    boolean[] masked = {false, true, false, true, false};
    Map<String, Object> values =
        Map.of("algorithm", "dream", "bad_words_ids", "[[10,10,12],[12,10]]");
    GenerationRequest request = GenerationRequest.ofInfill(tokens, masked, values, ToyRun.MODEL);
    SequenceView view = ToyRun.decode(request, BadWordsTest::certain).view();
    assertEquals(B, view.tokenId(1));
    assertEquals(B, view.tokenId(3));
  }

  @Test
  void wordsThatNeverOccur_sameTokensAsWithout() {
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      SequenceView without = ToyRun.generate(PROMPT, algorithm).view();
      SequenceView with =
          ToyRun.generate(PROMPT, algorithm, "bad_words_ids", "[[1,1,1,1,1,1,1],[2,2,2,2,2,2]]")
              .view();
      assertArrayEquals(without.responseIds(), with.responseIds(), algorithm.toString());
      assertArrayEquals(passes(without), passes(with), algorithm.toString());
    }
  }
}

package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenLogprobsTest {
  private static final int[] PROMPT = {4, 9, 17};

  /** Three candidates, tokens 11, 12 and 13, of logits 3, 2 and 1; special token 20 of logit -4. */
  private static StepOutputs outputs() {
    StepOutputs outputs = new StepOutputs(3, new int[] {20});
    outputs.resize(2);
    for (int c = 0; c < 3; c++) {
      outputs.setCandidate(1, c, 11 + c, 3 - c);
    }
    outputs.setDistribution(1, 3.5, Double.NaN);
    outputs.setSpecialLogit(1, 0, -4);
    return outputs;
  }

  @Test
  void record_candidate_logitLessLogSumExpAndRank() {
    TokenLogprobs logprobs = new TokenLogprobs(2, 5);
    logprobs.record(7, 12, outputs(), 1, 9);
    assertEquals(-1.5, logprobs.logprob(7));
    assertEquals(2, logprobs.rank(7));
    assertEquals(2, logprobs.alternatives());
    assertEquals(11, logprobs.alternativeId(7, 0));
    assertEquals(-0.5, logprobs.alternativeLogprob(7, 0));
    assertEquals(12, logprobs.alternativeId(7, 1));
    assertEquals(-1.5, logprobs.alternativeLogprob(7, 1));
  }

  @Test
  void record_noCandidate_rankIsUnknown() {
    TokenLogprobs logprobs = new TokenLogprobs(0, 0);
    logprobs.record(0, 20, outputs(), 1, 2);
    assertEquals(-7.5, logprobs.logprob(0));
    assertEquals(0, logprobs.rank(0));
    logprobs.record(1, 33, outputs(), 1, 2);
    assertEquals(-2.5, logprobs.logprob(1), "that of the least likely candidate");
    assertEquals(0, logprobs.rank(1));
    assertEquals(0, logprobs.alternatives());
  }

  @Test
  void record_moreAlternativesThanCandidates_asManyAsThereAre() {
    TokenLogprobs logprobs = new TokenLogprobs(20, 0);
    logprobs.record(0, 13, outputs(), 1, 1);
    assertEquals(3, logprobs.alternatives());
    assertEquals(13, logprobs.alternativeId(0, 2));
  }

  @Test
  void record_furtherPositions_keepsTheFirst() {
    TokenLogprobs logprobs = new TokenLogprobs(1, 0);
    logprobs.record(2, 12, outputs(), 1, 3);
    logprobs.record(400, 11, outputs(), 1, 500);
    assertEquals(-1.5, logprobs.logprob(2));
    assertEquals(11, logprobs.alternativeId(2, 0));
    assertEquals(-0.5, logprobs.logprob(400));
  }

  @Test
  void logprobs_everyAlgorithm_areThoseOfThePassThatCommitted() {
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      for (int seed = 0; seed < 5; seed++) {
        check(
            ToyRun.generate(
                PROMPT,
                algorithm,
                "logprobs",
                3,
                "temperature",
                seed % 2,
                "top_p",
                0.9,
                "seed",
                seed),
            algorithm + " seed " + seed);
      }
    }
  }

  @Test
  void logprobs_infill_areThoseOfThePassThatCommitted() {
    int[] tokens = new int[20];
    boolean[] masked = new boolean[20];
    for (int i = 0; i < 20; i++) {
      tokens[i] = i;
      masked[i] = i % 3 == 1 || i > 16;
    }
    for (String name : List.of("llada", "fast_dllm", "dream")) {
      ToyRun run = ToyRun.infill(tokens, masked, Map.of("algorithm", name), "logprobs", 3);
      check(run, name);
      assertTrue(Double.isNaN(run.view().logprob(2)), "a given token");
    }
  }

  private static void check(ToyRun run, String label) {
    SequenceView view = run.view();
    assertEquals(3, view.alternatives(), label);
    int checked = 0;
    for (int position = 0; position < view.length(); position++) {
      if (view.committedInPass(position) == 0) {
        assertTrue(Double.isNaN(view.logprob(position)), label);
        assertEquals(0, view.rank(position), label);
        int given = position;
        assertThrows(IndexOutOfBoundsException.class, () -> view.alternativeId(given, 0));
        continue;
      }
      checked++;
      ToyRun.Output output = run.output(position);
      String where = label + " position " + position;
      for (int i = 0; i < 3; i++) {
        assertEquals(output.ids()[i], view.alternativeId(position, i), where);
        assertEquals(
            output.logits()[i] - output.logSumExp(), view.alternativeLogprob(position, i), where);
      }
      int rank = view.rank(position);
      assertEquals(view.tokenId(position), output.ids()[rank - 1], where);
      assertEquals(output.logits()[rank - 1] - output.logSumExp(), view.logprob(position), where);
    }
    assertTrue(checked > 0, label);
    assertThrows(
        IndexOutOfBoundsException.class, () -> view.alternativeLogprob(view.responseStart(), 3));
  }

  @Test
  void logprobs_askedForOrNot_sameTokens() {
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      SequenceView without = ToyRun.generate(PROMPT, algorithm).view();
      SequenceView with = ToyRun.generate(PROMPT, algorithm, "logprobs", 0).view();
      assertArrayEquals(without.responseIds(), with.responseIds(), algorithm.toString());
      assertEquals(0, without.alternatives());
      assertEquals(0, with.alternatives());
      int first = with.responseStart();
      assertTrue(Double.isNaN(without.logprob(first)));
      assertTrue(with.logprob(first) < 0);
    }
  }
}

package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Penalties through every decoder, against what the engine returned. */
class PenaltiesTest {
  private static final int[] PROMPT = {4, 9, 17, 30, 31};

  @Test
  void neutral_sameTokensAsWithout() {
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      int[] without = ToyRun.generate(PROMPT, algorithm, "temperature", 0.7).view().responseIds();
      int[] neutral =
          ToyRun.generate(
                  PROMPT,
                  algorithm,
                  "temperature",
                  0.7,
                  "repetition_penalty",
                  1,
                  "presence_penalty",
                  0,
                  "frequency_penalty",
                  0)
              .view()
              .responseIds();
      assertArrayEquals(without, neutral, algorithm.toString());
    }
  }

  @Test
  void greedy_everyAlgorithm_bestOfTheLogitsPenalisedByWhatWasThereBeforeThePass() {
    double[][] penalties = {{1.6, 0, 0}, {1, 1.5, 0}, {1, 0, 0.8}, {0.8, -0.5, 1}};
    int changed = 0;
    for (Map<String, Object> algorithm : ToyRun.everyAlgorithm()) {
      for (double[] penalty : penalties) {
        ToyRun run =
            ToyRun.generate(
                PROMPT,
                algorithm,
                "ignore_eos",
                true,
                "repetition_penalty",
                penalty[0],
                "presence_penalty",
                penalty[1],
                "frequency_penalty",
                penalty[2]);
        changed += check(run, penalty, algorithm + " " + Arrays.toString(penalty));
      }
    }
    assertTrue(changed > 100, "tokens changed " + changed);
  }

  /** Returns how many tokens the penalties changed. */
  private static int check(ToyRun run, double[] penalty, String label) {
    SequenceView view = run.view();
    int changed = 0;
    for (int position = 0; position < view.length(); position++) {
      if (view.committedInPass(position) == 0) {
        continue;
      }
      ToyRun.Output output = run.output(position);
      double best = Double.NEGATIVE_INFINITY;
      int token = -1;
      for (int c = 0; c < output.ids().length; c++) {
        double logit = penalised(view, position, output.ids()[c], output.logits()[c], penalty);
        if (logit > best) {
          best = logit;
          token = output.ids()[c];
        }
      }
      assertEquals(token, view.tokenId(position), label + " position " + position);
      changed += token != output.ids()[0] ? 1 : 0;
    }
    return changed;
  }

  private static double penalised(
      SequenceView view, int position, int token, double logit, double[] penalty) {
    boolean given = false;
    int before = 0;
    for (int other = 0; other < view.length(); other++) {
      if (view.tokenId(other) == token && view.committedInPass(other) == 0) {
        given = true;
      } else if (view.tokenId(other) == token
          && view.committedInPass(other) < view.committedInPass(position)) {
        before++;
      }
    }
    double seen = given || before > 0 ? logit > 0 ? logit / penalty[0] : logit * penalty[0] : logit;
    return seen - (before > 0 ? penalty[1] : 0) - before * penalty[2];
  }

  @Test
  void infill_givenTokensCountAsThePrompt() {
    int[] tokens = new int[40];
    boolean[] masked = new boolean[40];
    for (int i = 0; i < 40; i++) {
      tokens[i] = i;
      masked[i] = i % 3 == 1;
    }
    double[] penalty = {2, 1, 0};
    int changed = 0;
    for (String name : List.of("llada", "fast_dllm", "dream")) {
      ToyRun run =
          ToyRun.infill(
              tokens,
              masked,
              Map.of("algorithm", name),
              "repetition_penalty",
              2,
              "presence_penalty",
              1);
      changed += check(run, penalty, name);
    }
    assertTrue(changed > 10, "tokens changed " + changed);
  }

  @Test
  void truncated_droppedTokensNoLongerCount() {
    GenerationRequest request =
        GenerationRequest.ofPrompt(
            new int[] {1}, Map.of("max_tokens", 8, "presence_penalty", 1), ToyRun.MODEL);
    Sequence sequence = new Sequence(1, request, ToyEngine.MASK, new Recorder());
    StepOutputs outputs = ToyEngine.outputs();
    outputs.resize(1);
    sequence.appendMasks(4);
    sequence.countPass(1);
    sequence.commit(1, 20, outputs, 0);
    sequence.commit(4, 20, outputs, 0);
    sequence.countPass(1);
    assertEquals(2, sequence.history().generated(20));
    sequence.truncate(3);
    sequence.countPass(1);
    assertEquals(1, sequence.history().generated(20));
  }
}

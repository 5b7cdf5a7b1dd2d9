package dev.unmask.bridge.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.StepOutputs;
import java.util.ArrayList;
import java.util.List;

/**
 * A copy of one output of a model whose candidates are its whole vocabulary.
 *
 * @param topId the best candidate
 * @param logits by token
 */
record StepOutput(int topId, float[] logits, float logSumExp, float entropy, float[] specials) {

  /** Copies all outputs, checking what holds of any output. */
  static List<StepOutput> copy(StepOutputs outputs) {
    List<StepOutput> copies = new ArrayList<>();
    for (int o = 0; o < outputs.outputCount(); o++) {
      float[] logits = new float[outputs.candidateCount()];
      float previous = Float.POSITIVE_INFINITY;
      for (int c = 0; c < logits.length; c++) {
        float logit = outputs.candidateLogit(o, c);
        assertTrue(logit <= previous, "candidates descend");
        previous = logit;
        logits[outputs.candidateId(o, c)] = logit;
      }
      float[] specials = new float[outputs.specialCount()];
      for (int s = 0; s < specials.length; s++) {
        specials[s] = outputs.specialLogit(o, s);
        assertEquals(logits[outputs.specialTokenId(s)], specials[s], 1e-6f, "special logit");
      }
      StepOutput copy =
          new StepOutput(
              outputs.candidateId(o, 0),
              logits,
              outputs.logSumExp(o),
              outputs.entropy(o),
              specials);
      copy.assertDistribution();
      copies.add(copy);
    }
    return copies;
  }

  /** Compares the log-sum-exp and the entropy with those of the logits, in double. */
  private void assertDistribution() {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - (double) logits[topId]);
    }
    double expected = logits[topId] + Math.log(sum);
    assertEquals(expected, logSumExp, 1e-4, "log-sum-exp");
    if (!Float.isNaN(entropy)) {
      double mean = 0;
      for (float logit : logits) {
        mean += Math.exp(logit - expected) * logit;
      }
      assertEquals(expected - mean, entropy, 1e-4, "entropy");
    }
  }

  static void assertSame(List<StepOutput> expected, List<StepOutput> actual, float tolerance) {
    assertEquals(expected.size(), actual.size(), "outputs");
    for (int o = 0; o < expected.size(); o++) {
      assertSame(expected.get(o), actual.get(o), tolerance, "output " + o);
    }
  }

  static void assertSame(StepOutput expected, StepOutput actual, float tolerance, String what) {
    assertEquals(expected.topId, actual.topId, what + ": top token");
    for (int token = 0; token < expected.logits.length; token++) {
      assertEquals(
          expected.logits[token], actual.logits[token], tolerance, what + ": logit of " + token);
    }
    assertEquals(expected.logSumExp, actual.logSumExp, tolerance, what + ": log-sum-exp");
  }
}

package dev.unmask.scheduler.unmask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.parameters.SamplingParameters;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenChooserTest {
  private static final int VOCAB = 40;
  private static final int[] SPECIAL = {3, 7};

  /** Outputs of a whole vocabulary of logits, of which the engine returns the best few. */
  private static StepOutputs outputs(double[] logits, int candidates) {
    StepOutputs outputs = new StepOutputs(candidates, SPECIAL);
    outputs.resize(1);
    Integer[] order = new Integer[logits.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(logits[b], logits[a]));
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    double logSumExp = Math.log(sum);
    double entropy = 0;
    for (double logit : logits) {
      entropy -= Math.exp(logit - logSumExp) * (logit - logSumExp);
    }
    for (int c = 0; c < candidates; c++) {
      outputs.setCandidate(0, c, order[c], (float) logits[order[c]]);
    }
    outputs.setDistribution(0, (float) logSumExp, (float) entropy);
    for (int s = 0; s < SPECIAL.length; s++) {
      outputs.setSpecialLogit(0, s, (float) logits[SPECIAL[s]]);
    }
    return outputs;
  }

  private static double[] randomLogits(Random random) {
    return random.doubles(VOCAB, -3, 5).map(value -> (float) value).toArray();
  }

  private static double[] softmax(double[] logits, double temperature) {
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(logits[i] / temperature);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @Test
  void greedy_confidenceMarginEntropyOfTheWholeVocabulary() {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      double[] logits = randomLogits(random);
      double[] p = softmax(logits, 1);
      double[] sorted = p.clone();
      Arrays.sort(sorted);
      TokenChooser chooser = new TokenChooser(SamplingParameters.GREEDY, true);
      chooser.choose(outputs(logits, 2), 0, new int[0], 0, 1);
      assertEquals(sorted[VOCAB - 1], chooser.confidence(), 1e-6);
      assertEquals(sorted[VOCAB - 1] - sorted[VOCAB - 2], chooser.margin(), 1e-6);
      double entropy = Arrays.stream(p).map(x -> x * Math.log(x)).sum();
      assertEquals(entropy, chooser.negativeEntropy(), 1e-5);
      assertEquals(sorted[VOCAB - 1], p[chooser.token()], 0);
    }
  }

  @Test
  void suppressedSpecialToken_likeALogitOfMinusInfinity() {
    Random random = new Random(2);
    for (int round = 0; round < 50; round++) {
      double[] logits = randomLogits(random);
      logits[3] += round % 2 == 0 ? 6 : -2;
      double[] without = logits.clone();
      without[3] = Double.NEGATIVE_INFINITY;
      double[] p = softmax(without, 1);
      TokenChooser chooser = new TokenChooser(SamplingParameters.GREEDY, false);
      chooser.choose(outputs(logits, 8), 0, new int[] {3}, 0, 1);
      assertNotEquals(3, chooser.token());
      assertEquals(p[chooser.token()], chooser.confidence(), 1e-5);
      double entropy = Arrays.stream(p).filter(x -> x > 0).map(x -> x * Math.log(x)).sum();
      assertEquals(entropy, chooser.negativeEntropy(), 1e-3);
    }
  }

  @Test
  void topP_confidenceAfterTheNucleus() {
    Random random = new Random(3);
    for (int round = 0; round < 50; round++) {
      double[] logits = randomLogits(random);
      double[] sorted = softmax(logits, 1);
      Arrays.sort(sorted);
      double mass = 0;
      int kept = 0;
      while (mass <= 0.7) {
        mass += sorted[VOCAB - 1 - kept++];
      }
      TokenChooser chooser = new TokenChooser(new SamplingParameters(0, 0.7, 0, 0), false);
      chooser.choose(outputs(logits, VOCAB), 0, new int[0], 0, 1);
      assertEquals(sorted[VOCAB - 1] / mass, chooser.confidence(), 1e-5);
    }
  }

  @Test
  void topP_nucleusBeyondTheCandidates_isTakenToBeTopP() {
    double[] flat = new double[VOCAB];
    TokenChooser chooser = new TokenChooser(new SamplingParameters(0, 0.5, 0, 0), false);
    chooser.choose(outputs(flat, 4), 0, new int[0], 0, 1);
    assertEquals(1.0 / VOCAB / 0.5, chooser.confidence(), 1e-6);
  }

  @Test
  void topK_plainConfidenceIgnoresIt() {
    double[] logits = randomLogits(new Random(4));
    double[] sorted = softmax(logits, 1);
    Arrays.sort(sorted);
    double three = sorted[VOCAB - 1] + sorted[VOCAB - 2] + sorted[VOCAB - 3];
    TokenChooser filtered = new TokenChooser(new SamplingParameters(0, 1, 3, 0), false);
    filtered.choose(outputs(logits, 8), 0, new int[0], 0, 1);
    assertEquals(sorted[VOCAB - 1] / three, filtered.confidence(), 1e-6);
    TokenChooser plain = new TokenChooser(new SamplingParameters(0, 1, 3, 0), true);
    plain.choose(outputs(logits, 8), 0, new int[0], 0, 1);
    assertEquals(sorted[VOCAB - 1], plain.confidence(), 1e-6);
  }

  @Test
  void temperature_drawsWithTheSoftmaxFrequencies() {
    double[] logits = randomLogits(new Random(5));
    double[] p = softmax(logits, 1.5);
    int[] counts = new int[VOCAB];
    int draws = 40_000;
    TokenChooser chooser = new TokenChooser(new SamplingParameters(1.5, 1, 0, 99), true);
    StepOutputs outputs = outputs(logits, VOCAB);
    for (int i = 0; i < draws; i++) {
      chooser.choose(outputs, 0, new int[0], i, 1);
      counts[chooser.token()]++;
    }
    for (int v = 0; v < VOCAB; v++) {
      double sigma = Math.sqrt(draws * p[v] * (1 - p[v]));
      assertTrue(
          Math.abs(counts[v] - draws * p[v]) < 5 * sigma + 1,
          "token " + v + ": " + counts[v] + " of " + draws * p[v]);
    }
  }
}

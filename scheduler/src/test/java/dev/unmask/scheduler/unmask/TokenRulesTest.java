package dev.unmask.scheduler.unmask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.parameters.Penalties;
import dev.unmask.scheduler.parameters.SamplingParameters;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rules on one output, against the softmax over a whole vocabulary. */
class TokenRulesTest {
  private static final int VOCAB = 40;
  private static final int MASK = 7;
  private static final int END = 3;
  private static final int[] NOTHING = {};

  private static StepOutputs outputs(double[] logits, int candidates, int... specials) {
    StepOutputs outputs = new StepOutputs(candidates, specials);
    outputs.resize(1);
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted((a, b) -> Double.compare(logits[b], logits[a]))
            .mapToInt(i -> i)
            .toArray();
    for (int c = 0; c < candidates; c++) {
      outputs.setCandidate(0, c, order[c], (float) logits[order[c]]);
    }
    double logSumExp = logSumExp(logits);
    outputs.setDistribution(0, logSumExp, -negativeEntropy(logits));
    for (int s = 0; s < specials.length; s++) {
      outputs.setSpecialLogit(0, s, (float) logits[specials[s]]);
    }
    return outputs;
  }

  private static double logSumExp(double[] logits) {
    return Math.log(Arrays.stream(logits).map(Math::exp).sum());
  }

  private static double negativeEntropy(double[] logits) {
    double logSumExp = logSumExp(logits);
    return Arrays.stream(logits)
        .filter(Double::isFinite)
        .map(logit -> Math.exp(logit - logSumExp) * (logit - logSumExp))
        .sum();
  }

  private static TokenHistory history(int[] prompt, int... generated) {
    TokenHistory history = new TokenHistory();
    Arrays.stream(prompt).forEach(history::addPrompt);
    Arrays.stream(generated).forEach(history::commit);
    history.beginPass();
    return history;
  }

  private static double[] randomLogits(Random random) {
    return random.doubles(VOCAB, -3, 5).map(value -> (float) value).toArray();
  }

  @Test
  void penalties_asPublished() {
    Penalties penalties = new Penalties(2, 0.5, 0.25);
    assertEquals(3, penalties.apply(3, false, 0));
    assertEquals(1.5, penalties.apply(3, true, 0));
    assertEquals(-6, penalties.apply(-3, true, 0));
    assertEquals(1.5 - 0.5 - 3 * 0.25, penalties.apply(3, false, 3));
    assertEquals(3 - 2 * -1.5, new Penalties(1, 0, -1.5).apply(3, true, 2));
  }

  @Test
  void penalised_everyTokenACandidate_likeTheChangedLogits() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      double[] logits = randomLogits(random);
      int[] prompt = random.ints(6, 0, VOCAB).toArray();
      int[] generated = random.ints(12, 0, VOCAB).toArray();
      Penalties penalties =
          new Penalties(
              0.5 + random.nextDouble(), random.nextDouble() * 4 - 2, random.nextDouble() * 4 - 2);
      double[] changed = new double[VOCAB];
      for (int v = 0; v < VOCAB; v++) {
        int token = v;
        boolean given = Arrays.stream(prompt).anyMatch(p -> p == token);
        int count = (int) Arrays.stream(generated).filter(g -> g == token).count();
        double logit = logits[v];
        if (given || count > 0) {
          logit = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
        }
        changed[v] = logit - (count > 0 ? penalties.presence() : 0) - count * penalties.frequency();
      }
      int best = IntStream.range(0, VOCAB).reduce(0, (a, b) -> changed[b] > changed[a] ? b : a);
      double[] sorted = changed.clone();
      Arrays.sort(sorted);
      TokenRules rules = new TokenRules(penalties, history(prompt, generated), null, MASK);
      TokenChooser chooser = new TokenChooser(SamplingParameters.GREEDY, round % 2 == 0, rules);
      chooser.choose(outputs(logits, VOCAB, END, MASK), 0, NOTHING, 0, 1);
      assertEquals(best, chooser.token());
      double lse = logSumExp(changed);
      assertEquals(Math.exp(changed[best] - lse), chooser.confidence(), 1e-9);
      assertEquals(
          Math.exp(sorted[VOCAB - 1] - lse) - Math.exp(sorted[VOCAB - 2] - lse),
          chooser.margin(),
          1e-9);
      assertEquals(negativeEntropy(changed), chooser.negativeEntropy(), 1e-9);
    }
  }

  @Test
  void penalised_fewCandidates_massOfTheOthersStays() {
    double[] logits = new double[VOCAB];
    logits[10] = 4;
    logits[11] = 3.5;
    logits[12] = 3;
    logits[END] = 1;
    double[] changed = logits.clone();
    changed[10] = 2;
    changed[END] = 0.5;
    TokenRules rules =
        new TokenRules(new Penalties(2, 0, 0), history(new int[] {10, END}), null, MASK);
    TokenChooser chooser = new TokenChooser(SamplingParameters.GREEDY, true, rules);
    chooser.choose(outputs(logits, 3, END, MASK), 0, NOTHING, 0, 1);
    assertEquals(11, chooser.token());
    assertEquals(Math.exp(3.5 - logSumExp(changed)), chooser.confidence(), 1e-12);
    assertEquals(negativeEntropy(changed), chooser.negativeEntropy(), 1e-9);
  }

  @Test
  void penalised_hugePenalty_staysFinite() {
    double[] logits = randomLogits(new Random(5));
    logits[20] = 5;
    for (double repetition : new double[] {1e-6, 1e6}) {
      TokenRules rules =
          new TokenRules(new Penalties(repetition, 0, 0), history(new int[] {20}), null, MASK);
      TokenChooser chooser = new TokenChooser(SamplingParameters.GREEDY, true, rules);
      chooser.choose(outputs(logits, 8, END, MASK), 0, NOTHING, 0, 1);
      assertEquals(repetition < 1, chooser.token() == 20);
      assertTrue(chooser.confidence() > 0 && chooser.confidence() <= 1);
      assertTrue(Double.isFinite(chooser.negativeEntropy()));
    }
  }

  @Test
  void penalised_drawn_withTheChangedFrequencies() {
    double[] logits = {2, 2, 1, 0};
    double[] changed = {1, 2, 1, 0};
    double total = Arrays.stream(changed).map(Math::exp).sum();
    TokenRules rules = new TokenRules(new Penalties(1, 1, 0), history(NOTHING, 0), null, -1);
    TokenChooser chooser = new TokenChooser(new SamplingParameters(1, 1, 0, 5), true, rules);
    StepOutputs outputs = outputs(logits, 4);
    int draws = 20_000;
    int[] counts = new int[4];
    for (int i = 0; i < draws; i++) {
      chooser.choose(outputs, 0, NOTHING, i, 1);
      counts[chooser.token()]++;
    }
    for (int v = 0; v < 4; v++) {
      double p = Math.exp(changed[v]) / total;
      assertEquals(draws * p, counts[v], 5 * Math.sqrt(draws * p * (1 - p)), "token " + v);
    }
  }

  @Test
  void everyCandidateForbidden_mostProbableSpecialTokenButTheMask() {
    double[] logits = new double[VOCAB];
    logits[10] = 4;
    logits[11] = 3;
    logits[MASK] = 2;
    logits[END] = 1;
    TokenChooser chooser =
        new TokenChooser(
            new SamplingParameters(0.7, 0.9, 2, 1),
            false,
            new TokenRules(Penalties.NONE, null, null, MASK));
    StepOutputs outputs = outputs(logits, 2, MASK, END);
    chooser.choose(outputs, 0, new int[] {10, 11}, 0, 1);
    double[] changed = logits.clone();
    changed[10] = Double.NEGATIVE_INFINITY;
    changed[11] = Double.NEGATIVE_INFINITY;
    assertEquals(END, chooser.token());
    assertEquals(Math.exp(1 - logSumExp(changed)), chooser.confidence(), 1e-9);
    assertEquals(negativeEntropy(changed), chooser.negativeEntropy(), 1e-9);
  }

  @Test
  void everyCandidateAndSpecialTokenForbidden_lowestTokenAllowed() {
    double[] logits = new double[VOCAB];
    logits[0] = 4;
    logits[2] = 3;
    TokenRules rules = new TokenRules(Penalties.NONE, null, null, 1);
    TokenChooser chooser = new TokenChooser(SamplingParameters.GREEDY, true, rules);
    chooser.choose(outputs(logits, 2, 1, END), 0, new int[] {0, 2, END}, 0, 1);
    assertEquals(4, chooser.token());
    assertEquals(0, chooser.confidence());
    assertEquals(0, chooser.margin());
  }
}

package dev.unmask.scheduler.unmask;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unmask.scheduler.parameters.DecodingParameters.DynamicFallback;
import org.junit.jupiter.api.Test;

class UnmaskPoliciesTest {
  private static String chosen(UnmaskPolicy policy, int quota, double... probabilities) {
    Proposals proposals = new Proposals();
    for (int i = 0; i < probabilities.length; i++) {
      proposals.add(10 + i, i, i, probabilities[i], probabilities[i]);
    }
    policy.choose(proposals, quota);
    StringBuilder marks = new StringBuilder();
    for (int i = 0; i < probabilities.length; i++) {
      marks.append(proposals.chosen(i) ? 'x' : '.');
    }
    assertEquals(marks.chars().filter(mark -> mark == 'x').count(), proposals.chosenCount());
    return marks.toString();
  }

  @Test
  void quota_takesBestAndBreaksTiesToTheLeft() {
    assertEquals(".x.x", chosen(UnmaskPolicies.quota(), 2, 0.1, 0.9, 0.5, 0.8));
    assertEquals("xx..", chosen(UnmaskPolicies.quota(), 2, 0.5, 0.5, 0.5, 0.5));
    assertEquals("xx", chosen(UnmaskPolicies.quota(), 5, 0.1, 0.2));
  }

  @Test
  void leftmost_takesTheFirst() {
    assertEquals("xx..", chosen(UnmaskPolicies.leftmost(), 2, 0.1, 0.2, 0.9, 0.9));
  }

  @Test
  void atLeast_includesTheThresholdAndAlwaysTheBest() {
    assertEquals("x.x", chosen(UnmaskPolicies.atLeast(0.9), 1, 0.9, 0.89, 0.95));
    assertEquals(".x.", chosen(UnmaskPolicies.atLeast(0.9), 1, 0.1, 0.3, 0.2));
  }

  @Test
  void above_isStrictAndMayChooseNone() {
    assertEquals("..x", chosen(UnmaskPolicies.above(0.9), 1, 0.9, 0.89, 0.95));
    assertEquals("...", chosen(UnmaskPolicies.above(0.9), 1, 0.1, 0.3, 0.2));
  }

  @Test
  void factor_largestPrefixOfTheSortedOrder() {
    // 3 (1 - 0.95) = 0.15 < 0.5, 4 (1 - 0.8) = 0.8 >= 0.5
    assertEquals("x.x.", chosen(UnmaskPolicies.factor(0.5), 1, 0.99, 0.8, 0.95, 0.1));
    assertEquals("x...", chosen(UnmaskPolicies.factor(0.01), 1, 0.6, 0.5, 0.5, 0.1));
    assertEquals("xx", chosen(UnmaskPolicies.factor(100), 1, 0.6, 0.5));
  }

  @Test
  void dynamic_fallsBackWhenTooFewAreAbove() {
    UnmaskPolicy confidence = UnmaskPolicies.dynamic(0.85, DynamicFallback.CONFIDENCE);
    UnmaskPolicy leftmost = UnmaskPolicies.dynamic(0.85, DynamicFallback.LEFTMOST);
    assertEquals("x.xx", chosen(confidence, 2, 0.9, 0.1, 0.9, 0.9));
    assertEquals(".x.x", chosen(confidence, 2, 0.1, 0.6, 0.2, 0.9));
    assertEquals("xx..", chosen(leftmost, 2, 0.1, 0.6, 0.2, 0.9));
  }

  @Test
  void entropyBound_sumsAscendingEntropies() {
    UnmaskPolicy policy = UnmaskPolicies.entropyBound(0.35);
    // Scores are negative entropies: 0.1, 0.3, 0.2 nats.
    Proposals proposals = new Proposals();
    proposals.add(0, 0, 0, 1, -0.1);
    proposals.add(1, 1, 0, 1, -0.3);
    proposals.add(2, 2, 0, 1, -0.2);
    policy.choose(proposals, 1);
    assertEquals(2, proposals.chosenCount());
    assertEquals(true, proposals.chosen(0) && proposals.chosen(2));
    proposals.clear();
    proposals.add(0, 0, 0, 1, -2);
    policy.choose(proposals, 1);
    assertEquals(1, proposals.chosenCount());
  }
}

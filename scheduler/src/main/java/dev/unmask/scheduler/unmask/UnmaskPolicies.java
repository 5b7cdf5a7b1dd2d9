package dev.unmask.scheduler.unmask;

import dev.unmask.scheduler.parameters.DecodingParameters.DynamicFallback;

/** The published commit rules. Stateless; a policy may be shared. */
public final class UnmaskPolicies {
  private UnmaskPolicies() {}

  /** LLaDA, Dream, SDAR static: the quota's best scores. */
  public static UnmaskPolicy quota() {
    return Proposals::chooseBest;
  }

  /** SDAR sequential: the quota's leftmost positions. */
  public static UnmaskPolicy leftmost() {
    return (proposals, quota) -> {
      for (int i = 0; i < Math.min(quota, proposals.count()); i++) {
        proposals.choose(i);
      }
    };
  }

  /** Fast-dLLM: every position of at least this probability, and always the best one. */
  public static UnmaskPolicy atLeast(double threshold) {
    return (proposals, quota) -> {
      for (int i = 0; i < proposals.count(); i++) {
        if (proposals.probability(i) >= threshold) {
          proposals.choose(i);
        }
      }
      if (proposals.chosenCount() == 0) {
        proposals.chooseBest(1);
      }
    };
  }

  /**
   * Fast-dLLM's factor rule: with probabilities c1 &gt;= c2 ... the largest n for which every k
   * &lt;= n has {@code (k + 1) (1 - c_k) < f}; one at least.
   */
  public static UnmaskPolicy factor(double factor) {
    return (proposals, quota) -> {
      for (int k = 1; k <= proposals.count(); k++) {
        int next = proposals.best();
        if (k > 1 && (k + 1) * (1 - proposals.probability(next)) >= factor) {
          break;
        }
        proposals.choose(next);
      }
    };
  }

  /** D2F: every position strictly above this probability; possibly none. */
  public static UnmaskPolicy above(double threshold) {
    return (proposals, quota) -> {
      for (int i = 0; i < proposals.count(); i++) {
        if (proposals.probability(i) > threshold) {
          proposals.choose(i);
        }
      }
    };
  }

  /** SDAR dynamic: all above the threshold where they are at least the quota, else a fallback. */
  public static UnmaskPolicy dynamic(double threshold, DynamicFallback fallback) {
    UnmaskPolicy above = above(threshold);
    UnmaskPolicy otherwise = fallback == DynamicFallback.LEFTMOST ? leftmost() : quota();
    return (proposals, quota) -> {
      above.choose(proposals, quota);
      if (proposals.chosenCount() < quota) {
        proposals.chooseNone();
        otherwise.choose(proposals, quota);
      }
    };
  }

  /**
   * JetEngine entropy: lowest entropies first, as many as have a running sum below the bound, one
   * at least. Scores are negative entropies.
   */
  public static UnmaskPolicy entropyBound(double bound) {
    return (proposals, quota) -> {
      double sum = 0;
      for (int k = 0; k < proposals.count(); k++) {
        int next = proposals.best();
        sum += -proposals.score(next);
        if (k > 0 && sum >= bound) {
          break;
        }
        proposals.choose(next);
      }
    };
  }
}

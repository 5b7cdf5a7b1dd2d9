package dev.unmask.scheduler;

/** How many positions each step of a block commits: equal shares, the first ones one more. */
final class QuotaSchedule {
  private final int total;
  private final int steps;

  /** Spreads {@code total} positions over {@code steps} steps. */
  QuotaSchedule(int total, int steps) {
    this.total = total;
    this.steps = steps;
  }

  int steps() {
    return steps;
  }

  /** Positions of a step, from 0. */
  int quota(int step) {
    return total / steps + (step < total % steps ? 1 : 0);
  }
}

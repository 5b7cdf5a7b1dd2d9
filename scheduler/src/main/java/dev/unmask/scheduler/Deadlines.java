package dev.unmask.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** When the next deadline may come, so that a plan looks at all tasks only then. Single-owner. */
final class Deadlines {
  private long earliestNanos = Long.MAX_VALUE;

  void add(Task task) {
    earliestNanos = Math.min(earliestNanos, task.deadlineNanos);
  }

  /** Tasks whose deadline has come, in the order of the given ones. */
  List<Task> expired(long nowNanos, Collection<Task> tasks) {
    if (nowNanos < earliestNanos) {
      return List.of();
    }
    List<Task> expired = new ArrayList<>();
    earliestNanos = Long.MAX_VALUE;
    for (Task task : tasks) {
      if (task.deadlineNanos <= nowNanos) {
        expired.add(task);
      } else {
        add(task);
      }
    }
    return expired;
  }

  /** What an expired task fails with: how far it got. */
  static UnmaskException error(Task task) {
    Sequence sequence = task.sequence;
    int passes = sequence.forwardPasses();
    return new UnmaskException(
        ErrorCode.UNAVAILABLE,
        "Request timeout expired: "
            + sequence.committedTokens()
            + " of "
            + sequence.parameters().maxTokens()
            + " tokens in "
            + passes
            + (passes == 1 ? " forward pass" : " forward passes"));
  }
}

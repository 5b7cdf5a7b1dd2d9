package dev.unmask.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Tasks without a slot, by {@link Task#RANK}. A task is overtaken when one that was submitted later
 * is admitted while it waits, and when it is preempted. What has been overtaken {@code
 * maxOvertaken} times is promoted: no later task is admitted before it any more. Single-owner.
 *
 * <p>A preempted task comes back to the head of its priority, since those of its priority that
 * still wait and were never admitted were submitted after it.
 */
final class WaitingQueue {
  private final int maxOvertaken;
  private final TreeSet<Task> tasks = new TreeSet<>(Task.RANK);
  private final List<Task> overdue = new ArrayList<>();

  WaitingQueue(int maxOvertaken) {
    this.maxOvertaken = maxOvertaken;
  }

  int size() {
    return tasks.size();
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  void add(Task task) {
    if (maxOvertaken == 0) {
      task.promote();
    }
    tasks.add(task);
  }

  void remove(Task task) {
    tasks.remove(task);
  }

  /** The task to admit next; not while empty. */
  Task first() {
    return tasks.first();
  }

  /** Takes the first task out because it is admitted, which overtakes those submitted earlier. */
  void admitFirst() {
    long admitted = tasks.pollFirst().sequence.id();
    for (Task task : tasks) {
      if (task.sequence.id() < admitted && !task.promoted() && task.overtake() >= maxOvertaken) {
        overdue.add(task);
      }
    }
    for (Task task : overdue) {
      promote(task);
    }
    overdue.clear();
  }

  /** Counts that a waiting task was overtaken. */
  void overtake(Task task) {
    if (!task.promoted() && task.overtake() >= maxOvertaken) {
      promote(task);
    }
  }

  private void promote(Task task) {
    tasks.remove(task);
    task.promote();
    tasks.add(task);
  }
}

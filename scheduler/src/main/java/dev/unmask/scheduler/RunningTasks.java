package dev.unmask.scheduler;

import java.util.ArrayList;
import java.util.List;

/** Tasks with a slot in the order in which they got it, and whose turn it is. Single-owner. */
final class RunningTasks {
  private final List<Task> tasks = new ArrayList<>();
  private int turn;

  int size() {
    return tasks.size();
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  Task get(int index) {
    return tasks.get(index);
  }

  void add(Task task) {
    tasks.add(task);
  }

  void remove(Task task) {
    int index = tasks.indexOf(task);
    tasks.remove(index);
    if (index < turn) {
      turn--;
    }
  }

  /** The task whose turn comes after a number of others; not while empty. */
  Task inTurn(int after) {
    return tasks.get((turn + after) % tasks.size());
  }

  /** Lets the next step begin with the task that now comes after a number of others. */
  void nextTurn(int after) {
    turn = tasks.isEmpty() ? 0 : (turn + after) % tasks.size();
  }

  /** The task to preempt: last by rank. Null where one is left, which is never preempted. */
  Task victim() {
    Task last = null;
    for (int i = 0; i < tasks.size(); i++) {
      if (last == null || Task.RANK.compare(tasks.get(i), last) > 0) {
        last = tasks.get(i);
      }
    }
    return tasks.size() > 1 ? last : null;
  }

  /** Query positions of the last row of each, but for those that were a prompt's. */
  int lastQueries() {
    int queries = 0;
    for (int i = 0; i < tasks.size(); i++) {
      queries += tasks.get(i).lastQueries;
    }
    return queries;
  }

  /** A task that is to end between steps; null where there is none. */
  Task requested() {
    for (int i = 0; i < tasks.size(); i++) {
      if (tasks.get(i).requested != null) {
        return tasks.get(i);
      }
    }
    return null;
  }
}

package dev.unmask.capacity.score;

import java.util.Map;
import java.util.TreeMap;

/**
 * How right answers are.
 *
 * @param mean of the scores, each in [0, 1]
 * @param count answers that were scored
 * @param byTask the same for each task that has a name
 */
public record Score(double mean, int count, Map<String, Score> byTask) {
  /** Adds scores up. */
  static final class Builder {
    private final Map<String, Builder> tasks = new TreeMap<>();
    private double sum;
    private int count;

    void add(String task, double score) {
      sum += score;
      count++;
      if (!task.isEmpty()) {
        tasks.computeIfAbsent(task, name -> new Builder()).add("", score);
      }
    }

    Score build() {
      Map<String, Score> byTask = new TreeMap<>();
      tasks.forEach((name, builder) -> byTask.put(name, builder.build()));
      return new Score(count == 0 ? 0 : sum / count, count, byTask);
    }
  }
}

package dev.unmask.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cost of one pass over a single sequence through several models, such as one checkpoint imported
 * with several dtypes, by number of query positions. The models take turns pass by pass, so that
 * what else the machine does falls on all. Arguments: repository, cached positions, seconds for
 * each number of positions (more where ten passes take longer), models. Prints for each model the
 * median in milliseconds, and by how much of it the first model's is larger: over all passes, and
 * lowest to highest of ten consecutive parts of them.
 */
public final class ModelScaling {
  private static final int[] QUERIES = {1, 4, 8, 16, 32};
  private static final int PARTS = 10;

  private ModelScaling() {}

  /** Measures and prints. */
  public static void main(String[] args) {
    Path repository = Path.of(args[0]);
    int cached = Integer.parseInt(args[1]);
    long budget = Long.parseLong(args[2]) * 1_000_000_000L;
    List<String> models = Arrays.asList(args).subList(3, args.length);
    System.out.println("ms (x first, lowest-highest part), " + cached + " cached positions");
    for (int queries : QUERIES) {
      List<TimedStep> steps = new ArrayList<>();
      for (String model : models) {
        steps.add(new TimedStep(repository.resolve(model).resolve("1"), 1, cached, queries, 0));
      }
      measure(steps, budget / 4);
      steps.forEach(TimedStep::forget);
      measure(steps, budget);
      System.out.printf("%2d positions", queries);
      for (TimedStep step : steps) {
        print(steps.get(0), step);
      }
      System.out.println();
      steps.forEach(TimedStep::close);
    }
  }

  private static void measure(List<TimedStep> steps, long nanos) {
    long begin = System.nanoTime();
    for (int pass = 0; pass < PARTS || System.nanoTime() - begin < nanos; pass++) {
      if (!steps.get(0).hasRoom()) {
        return;
      }
      steps.forEach(TimedStep::run);
    }
  }

  private static void print(TimedStep first, TimedStep step) {
    double lowest = Double.MAX_VALUE;
    double highest = 0;
    for (int part = 0; part < PARTS; part++) {
      double ratio = first.micros(50, part, PARTS) / step.micros(50, part, PARTS);
      lowest = Math.min(lowest, ratio);
      highest = Math.max(highest, ratio);
    }
    System.out.printf(
        "  %8.2f (%.2f, %.2f-%.2f)",
        step.micros(50) / 1e3, first.micros(50) / step.micros(50), lowest, highest);
  }
}

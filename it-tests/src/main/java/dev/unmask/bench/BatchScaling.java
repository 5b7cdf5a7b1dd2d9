package dev.unmask.bench;

import java.nio.file.Path;

/**
 * Cost of one step over several sequences alike, with one thread and with two, which take turns
 * step by step so that what else the machine does falls on both. Each sequence has 100 cached
 * positions; candidates are asked for at every query position. Arguments: model, query positions of
 * a sequence, seconds for each number of sequences. Prints the 10th percentile and the median in
 * microseconds. Models are found in {@code model-repository/models} below {@code -Dunmask.home}.
 */
public final class BatchScaling {
  private static final int CACHED = 100;
  private static final int[] ROWS = {1, 2, 4, 8, 16};

  private BatchScaling() {}

  /** Measures and prints. */
  public static void main(String[] args) {
    String model = args[0];
    int queries = Integer.parseInt(args[1]);
    long budget = Long.parseLong(args[2]) * 1_000_000_000L;
    Path directory =
        Path.of(System.getProperty("unmask.home", "."), "model-repository", "models", model, "1");
    System.out.println(model + ", " + queries + " query positions each; us p10 (median)");
    System.out.println("sequences         1 thread          2 threads  ratio p10 (median)");
    for (int rows : ROWS) {
      TimedStep one = new TimedStep(directory, rows, CACHED, queries, 1);
      TimedStep two = new TimedStep(directory, rows, CACHED, queries, 2);
      long begin = System.nanoTime();
      long warm = begin + budget / 4;
      while (System.nanoTime() - begin < budget && one.hasRoom()) {
        one.run();
        two.run();
        if (warm > 0 && System.nanoTime() > warm) {
          one.forget();
          two.forget();
          warm = 0;
        }
      }
      System.out.printf(
          "%9d %8.0f (%6.0f) %9.0f (%6.0f) %6.2f (%.2f)%n",
          rows,
          one.micros(10),
          one.micros(50),
          two.micros(10),
          two.micros(50),
          one.micros(10) / two.micros(10),
          one.micros(50) / two.micros(50));
      one.close();
      two.close();
    }
  }
}

package dev.unmask.bench;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.nio.file.Path;
import java.util.Arrays;

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
  private static final int MAX_SAMPLES = 100_000;

  private final EngineSession engine;
  private final StepOutputs outputs;
  private final StepPlan plan = new StepPlan();
  private final long[] nanos = new long[MAX_SAMPLES];
  private int samples;

  private BatchScaling(Path directory, int rows, int queries, int threads) {
    ModelManifest manifest = ModelManifest.read(directory);
    engine = new OrtEngineProvider().open(directory, manifest, new EngineOptions(rows, threads));
    outputs =
        new StepOutputs(
            engine.capabilities().candidateCount(), engine.capabilities().specialTokenIds());
    fill(rows, 0, CACHED);
    engine.run(plan, outputs);
    fill(rows, CACHED, queries);
  }

  private void fill(int rows, int start, int count) {
    plan.clear();
    for (int slot = 0; slot < rows; slot++) {
      plan.beginRow(slot, RowKind.DENOISE, start);
      for (int i = 0; i < count; i++) {
        int token = (start + i + 31 * slot) % 700;
        plan.addOutput(plan.addQuery(token, start + i, 0, start + count));
      }
    }
  }

  private void step() {
    long begin = System.nanoTime();
    engine.run(plan, outputs);
    nanos[samples++] = System.nanoTime() - begin;
  }

  /** A percentile of the samples, in microseconds. */
  private double micros(int percentile) {
    long[] sorted = Arrays.copyOf(nanos, samples);
    Arrays.sort(sorted);
    return sorted[samples * percentile / 100] / 1e3;
  }

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
      BatchScaling one = new BatchScaling(directory, rows, queries, 1);
      BatchScaling two = new BatchScaling(directory, rows, queries, 2);
      long begin = System.nanoTime();
      long warm = begin + budget / 4;
      while (System.nanoTime() - begin < budget && one.samples < MAX_SAMPLES) {
        one.step();
        two.step();
        if (warm > 0 && System.nanoTime() > warm) {
          one.samples = 0;
          two.samples = 0;
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
      one.engine.close();
      two.engine.close();
    }
  }
}

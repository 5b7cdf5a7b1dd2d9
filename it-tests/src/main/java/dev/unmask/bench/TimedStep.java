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
 * One step over sequences alike, taken again and again and timed. Candidates are asked for at every
 * query position. Not thread-safe.
 */
final class TimedStep implements AutoCloseable {
  private static final int MAX_SAMPLES = 100_000;

  private final EngineSession engine;
  private final StepOutputs outputs;
  private final StepPlan plan = new StepPlan();
  private final long[] nanos = new long[MAX_SAMPLES];
  private int samples;

  /**
   * Opens an engine and fills its cache.
   *
   * @param directory version directory of a model
   * @param rows sequences
   * @param cached positions of each before the step
   * @param queries positions of each in the step
   * @param threads of the engine, 0 to let it choose
   */
  TimedStep(Path directory, int rows, int cached, int queries, int threads) {
    ModelManifest manifest = ModelManifest.read(directory);
    engine = new OrtEngineProvider().open(directory, manifest, new EngineOptions(rows, threads));
    outputs =
        new StepOutputs(
            engine.capabilities().candidateCount(), engine.capabilities().specialTokenIds());
    fill(rows, 0, cached);
    engine.run(plan, outputs);
    fill(rows, cached, queries);
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

  /** Takes the step, and a sample of its time. */
  void run() {
    long begin = System.nanoTime();
    engine.run(plan, outputs);
    nanos[samples++] = System.nanoTime() - begin;
  }

  /** Whether another sample fits. */
  boolean hasRoom() {
    return samples < MAX_SAMPLES;
  }

  /** Forgets the samples so far. */
  void forget() {
    samples = 0;
  }

  /** A percentile of the samples, in microseconds. */
  double micros(int percentile) {
    return micros(percentile, 0, 1);
  }

  /** A percentile of one of equal parts of the samples, in microseconds. */
  double micros(int percentile, int part, int parts) {
    long[] sorted = Arrays.copyOfRange(nanos, samples * part / parts, samples * (part + 1) / parts);
    Arrays.sort(sorted);
    return sorted[sorted.length * percentile / 100] / 1e3;
  }

  @Override
  public void close() {
    engine.close();
  }
}

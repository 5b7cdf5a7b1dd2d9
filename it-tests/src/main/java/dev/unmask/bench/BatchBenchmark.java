package dev.unmask.bench;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of one step over several sequences alike, each with 100 cached positions; candidates are
 * asked for at every query position. Models are found in {@code model-repository/models} below
 * {@code -Dunmask.home}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class BatchBenchmark {
  private static final int CACHED = 100;

  /** Model in the repository. */
  @Param({"tiny_d2f"})
  public String model;

  /** Sequences in the step. */
  @Param({"1", "2", "4", "8", "16"})
  public int rows;

  /** Query positions of each sequence. */
  @Param({"16", "32", "64"})
  public int queries;

  /** Threads of the engine; 0 lets it choose. */
  @Param({"1", "2"})
  public int threads;

  private final StepPlan plan = new StepPlan();
  private EngineSession engine;
  private StepOutputs outputs;

  /** Opens the model and fills the cache. */
  @Setup
  public void open() {
    Path directory =
        Path.of(System.getProperty("unmask.home", "."), "model-repository", "models", model, "1");
    ModelManifest manifest = ModelManifest.read(directory);
    engine = new OrtEngineProvider().open(directory, manifest, new EngineOptions(rows, threads));
    outputs =
        new StepOutputs(
            engine.capabilities().candidateCount(), engine.capabilities().specialTokenIds());
    fill(0, CACHED);
    engine.run(plan, outputs);
    fill(CACHED, queries);
  }

  private void fill(int start, int count) {
    plan.clear();
    for (int slot = 0; slot < rows; slot++) {
      plan.beginRow(slot, RowKind.DENOISE, start);
      for (int i = 0; i < count; i++) {
        int token = (start + i + 31 * slot) % 700;
        plan.addOutput(plan.addQuery(token, start + i, 0, start + count));
      }
    }
  }

  /** Closes the model. */
  @TearDown
  public void close() {
    engine.close();
  }

  /**
   * The measured step.
   *
   * @return something that depends on it
   */
  @Benchmark
  public int step() {
    engine.run(plan, outputs);
    return outputs.candidateId(0, 0);
  }
}

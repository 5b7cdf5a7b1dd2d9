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
 * Cost of one forward pass through an imported model, by number of query positions, after 100
 * cached positions; candidates are asked for at every query position, in a causal model at the
 * last. Models are found in {@code model-repository/models} below {@code -Dunmask.home}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PassBenchmark {
  private static final int CACHED = 100;

  /** Model in the repository. */
  @Param({"tiny_d2f"})
  public String model;

  /** Query positions. */
  @Param({"16", "32", "48", "64", "135"})
  public int queries;

  /** Threads of the engine; 0 lets it choose. */
  @Param({"0"})
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
    engine = new OrtEngineProvider().open(directory, manifest, new EngineOptions(1, threads));
    outputs =
        new StepOutputs(
            engine.capabilities().candidateCount(), engine.capabilities().specialTokenIds());
    row(0, CACHED, false);
    engine.run(plan, outputs);
    row(CACHED, queries, manifest.attention().equals("causal"));
  }

  private void row(int start, int count, boolean onlyLast) {
    plan.clear();
    plan.beginRow(0, RowKind.DENOISE, start);
    for (int i = 0; i < count; i++) {
      int query = plan.addQuery((start + i) % 700, start + i, 0, start + count);
      if (!onlyLast || i == count - 1) {
        plan.addOutput(query);
      }
    }
  }

  /** Closes the model. */
  @TearDown
  public void close() {
    engine.close();
  }

  /**
   * The measured pass.
   *
   * @return something that depends on it
   */
  @Benchmark
  public int pass() {
    engine.run(plan, outputs);
    return outputs.candidateId(0, 0);
  }
}

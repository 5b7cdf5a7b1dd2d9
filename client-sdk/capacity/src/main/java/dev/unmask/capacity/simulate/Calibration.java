package dev.unmask.capacity.simulate;

import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.PassTimer;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds out what passes cost on this machine: times passes of models of several sizes, with several
 * numbers of positions, and fits the terms of {@link PassCost} to them by least squares of the
 * relative error.
 */
public final class Calibration {
  private static final int[] QUERIES = {1, 4, 8, 16, 32, 64};
  private static final int[] CACHED = {64, 320};
  private static final int PASSES = 15;
  private static final long MOST_NANOS = 4_000_000_000L;

  /**
   * A pass that was timed.
   *
   * @param model its name
   * @param queries positions
   * @param cached positions in the cache before
   * @param seconds median
   * @param shape of the model
   * @param load what it had to do
   */
  public record Timed(
      String model, int queries, int cached, double seconds, ModelShape shape, PassLoad load) {}

  private final List<Timed> passes = new ArrayList<>();
  private String dtype;

  /**
   * Times passes of a model.
   *
   * @param version directory of its version
   * @param threads of the engine; 0 lets it choose
   * @param told of every pass
   * @throws UnmaskException INVALID_ARGUMENT for a model in another dtype than the one before, or
   *     in one that cannot be predicted
   */
  public void time(Path version, int threads, Consumer<Timed> told) {
    ModelManifest manifest = ModelManifest.read(version);
    if (dtype != null && !dtype.equals(manifest.dtype())) {
      throw UnmaskException.invalid(
          "--models: " + manifest.name() + " is in " + manifest.dtype() + ", not in " + dtype);
    }
    PassCost.checkType(manifest.dtype());
    dtype = manifest.dtype();
    ModelShape shape = ModelShape.of(manifest);
    try (EngineSession engine =
        EngineProviders.find("onnxruntime")
            .open(version, manifest, new EngineOptions(1, threads))) {
      PassTimer timer = new PassTimer(engine, manifest.traits().vocabSize());
      boolean causal = manifest.attention().equals("causal");
      for (int cached : CACHED) {
        long unused = timer.time(timer.plan(0, cached, true));
        for (int queries : QUERIES) {
          StepPlan plan = timer.plan(cached, queries, causal);
          double seconds = timer.median(plan, PASSES, MOST_NANOS) / 1e9;
          Timed timed =
              new Timed(manifest.name(), queries, cached, seconds, shape, PassLoad.of(plan, shape));
          passes.add(timed);
          told.accept(timed);
        }
      }
    }
  }

  /** Passes that were timed. */
  public List<Timed> passes() {
    return List.copyOf(passes);
  }

  /** The machine that fits what was timed best. */
  public Hardware fit() {
    double[][] terms = new double[passes.size()][];
    double[] seconds = new double[passes.size()];
    for (int i = 0; i < terms.length; i++) {
      Timed pass = passes.get(i);
      PassLoad load = pass.load();
      terms[i] =
          new double[] {
            1,
            pass.shape().layers(),
            PassCost.bytes(load, dtype),
            load.matrixFlops(),
            load.attentionFlops()
          };
      seconds[i] = pass.seconds();
    }
    double[] cost = NonNegativeFit.solve(terms, seconds);
    return new Hardware(
        "this machine, " + dtype + ", fitted to " + passes.size() + " passes",
        inverse(cost[2]),
        Map.of(dtype, inverse(cost[3])),
        inverse(cost[4]),
        Runtime.getRuntime().maxMemory(),
        cost[0],
        cost[1],
        1,
        0);
  }

  /** What a machine is said to take for a pass that was timed, in seconds. */
  public double fitted(Hardware machine, Timed pass) {
    return new PassCost(machine, pass.shape(), dtype, 0).seconds(pass.load());
  }

  private static double inverse(double secondsEach) {
    return secondsEach <= 0 ? 1e30 : 1 / secondsEach;
  }
}

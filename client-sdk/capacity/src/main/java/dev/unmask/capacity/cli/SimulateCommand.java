package dev.unmask.capacity.cli;

import dev.unmask.capacity.load.PromptEntry;
import dev.unmask.capacity.simulate.Hardware;
import dev.unmask.capacity.simulate.ModelShape;
import dev.unmask.capacity.simulate.PassCost;
import dev.unmask.capacity.simulate.Simulation;
import dev.unmask.cli.BundledModels;
import dev.unmask.cli.ModelDirectories;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unmask capacity simulate}: predictions, labelled as such. */
@Command(
    name = "simulate",
    description = "Predict tokens/s on hardware that is not here.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The real scheduler runs with a small model, whose accepted tokens stand for those of a large",
      "one; passes take the time that a roofline says of the shape and the hardware: a100, h100,",
      "h200, l4 by their vendors' figures, or a file of 'unmask capacity calibrate'."
    })
final class SimulateCommand implements Callable<Integer> {
  /** The context of the small models, which a large one in their place needs as well. */
  private static final int GPU_ROW_POSITIONS = 1024;

  @Spec private CommandSpec spec;
  @Mixin private PromptOptions prompts;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = BundledModels.D2F,
      description = "small model that decides what is accepted (default: ${DEFAULT-VALUE})")
  private String model;

  @Option(
      names = "--baseline",
      paramLabel = "NAME",
      defaultValue = BundledModels.AR,
      description = "model to compare with, on the same shape (default: ${DEFAULT-VALUE})")
  private String baseline;

  @Option(names = "--repository", paramLabel = "DIR", description = "where they are")
  private Path repository;

  @Option(
      names = "--shape",
      paramLabel = "8b|NAME",
      defaultValue = "8b",
      description = "size of the large model: LLaDA-8B's, or that of a model of the repository")
  private String shape;

  @Option(
      names = "--hardware",
      paramLabel = "NAME|F.json",
      required = true,
      description = "a100, h100, h200, l4, or a file of calibrate")
  private String hardware;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "bf16",
      description = "fp32, fp16, bf16 or int8 (default: ${DEFAULT-VALUE})")
  private String dtype;

  @Option(
      names = "--row-positions",
      paramLabel = "N",
      description =
          "positions of a cache row that attention goes over, filled or not, 0 for those filled"
              + " (default: 1024, a model's max_context, on the GPUs that are known, as TensorRT"
              + " does; else 0)")
  private Integer rowPositions;

  @Option(
      names = "--concurrency",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,4,16,64",
      description = "users who each wait for their answer (default: ${DEFAULT-VALUE})")
  private List<Integer> users;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "96",
      description = "requests that count, for each (default: ${DEFAULT-VALUE})")
  private int requests;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "of the order of prompts (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "parameter of the model's requests; may be repeated")
  private final Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--baseline-set",
      paramLabel = "KEY=VALUE",
      description = "parameter of the baseline's requests; may be repeated")
  private final Map<String, String> baselineParameters = new LinkedHashMap<>();

  @Override
  public Integer call() {
    for (int count : users) {
      if (count < 1 || count > 1024) {
        throw UnmaskException.invalid("--concurrency=" + count + " is not in [1, 1024]");
      }
    }
    if (requests < 1) {
      throw UnmaskException.invalid("--requests=" + requests + " is below 1");
    }
    List<PromptEntry> entries = prompts.entries();
    Hardware machine = Hardware.of(hardware);
    ModelShape size =
        shape.equalsIgnoreCase("8b") ? ModelShape.LLADA_8B : ModelShape.of(manifest(shape));
    PassCost cost = new PassCost(machine, size, dtype, rowPositions());
    int most = users.stream().mapToInt(Integer::intValue).max().orElseThrow();
    PrintWriter out = spec.commandLine().getOut();
    head(out, machine, size, cost);
    try (Simulation subject = simulation(model, parameters, most, cost);
        Simulation other = simulation(baseline, baselineParameters, most, cost)) {
      for (int count : users) {
        print(
            out,
            count,
            subject.run(count, requests, entries, seed),
            other.run(count, requests, entries, seed));
      }
    }
    out.flush();
    return 0;
  }

  private int rowPositions() {
    if (rowPositions == null) {
      return Hardware.isKnown(hardware) ? GPU_ROW_POSITIONS : 0;
    }
    if (rowPositions < 0) {
      throw UnmaskException.invalid("--row-positions=" + rowPositions + " is below 0");
    }
    return rowPositions;
  }

  private Simulation simulation(String name, Map<String, String> given, int most, PassCost cost) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("max_tokens", prompts.maxTokens());
    values.putAll(ParameterValues.of(given));
    return new Simulation(version(name), most, values, cost);
  }

  private Path version(String name) {
    if (repository == null && BundledModels.isBundled(name)) {
      BundledModels.ensure(name, spec.commandLine().getErr());
    }
    return ModelDirectories.newestVersion(
        repository == null ? BundledModels.repository() : repository, name);
  }

  private ModelManifest manifest(String name) {
    return ModelManifest.read(version(name));
  }

  private void head(PrintWriter out, Hardware machine, ModelShape size, PassCost cost) {
    out.printf(
        Locale.ROOT,
        "PREDICTED, not measured: %.3g parameters, %s, %s%n"
            + "weights %.2f GB, keys and values %.1f KB a position, attention over %s; A is %s, B is"
            + " %s%n%n",
        size.parameters(),
        dtype,
        machine.description(),
        cost.modelBytes() / 1e9,
        cost.kvBytesPerPosition() / 1e3,
        cost.rowPositions() > 0 ? cost.rowPositions() + " positions a row" : "what is filled",
        model,
        baseline);
    if (cost.modelBytes() > machine.memoryBytes()) {
      out.printf(
          Locale.ROOT,
          "warning: the weights do not fit in its %.0f GB%n%n",
          machine.memoryBytes() / 1e9);
    }
    out.println(
        "| users | predicted A tokens/s | predicted B tokens/s | A / B | A latency p50 ms | B latency"
            + " p50 ms | A tokens/pass | A score | B score |");
    out.println("|---|---|---|---|---|---|---|---|---|");
  }

  private void print(PrintWriter out, int count, Simulation.Result a, Simulation.Result b) {
    out.printf(
        Locale.ROOT,
        "| %d | %.0f | %.0f | %.2f | %.1f | %.1f | %.2f | %.3f | %.3f |%n",
        count,
        a.tokensPerSecond(),
        b.tokensPerSecond(),
        a.tokensPerSecond() / b.tokensPerSecond(),
        a.latency().percentile(50),
        b.latency().percentile(50),
        a.tokensPerPass(),
        a.exact(),
        b.exact());
    out.flush();
  }
}

package dev.unmask.cli;

import dev.unmask.bridge.engine.tensorrt.PlanBuilder;
import dev.unmask.bridge.engine.tensorrt.PlanRequest;
import dev.unmask.repository.ModelManifest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unmask build-engine}: builds a model's TensorRT plan on this machine's GPU. */
@Command(
    name = "build-engine",
    description = {
      "Build the TensorRT plan of a model for this machine's GPU.",
      "Takes minutes; the plan runs only on this TensorRT version and kind of device. Types and"
          + " cache capacity are those of the graph: import --dtype and --max-context choose them."
    },
    mixinStandardHelpOptions = true)
final class BuildEngineCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "NAME", description = "model to build")
  private String model;

  @Option(
      names = {"--model-repository", "--repository"},
      paramLabel = "DIR",
      description = "model repository (default: the bundled one)")
  private Path repository;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "fp32, fp16 or bf16: refused unless it is the graph's (default: the graph's)")
  private String dtype;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      defaultValue = "" + PlanRequest.DEFAULT_MAX_BATCH,
      description = "sequences computed at once (default: ${DEFAULT-VALUE})")
  private int maxBatch;

  @Option(
      names = "--max-query-tokens",
      paramLabel = "N",
      description = "positions of a sequence computed at once (default: the graph's capacity)")
  private Integer maxQueryTokens;

  @Option(
      names = "--max-context",
      paramLabel = "N",
      description = "cache positions: refused unless they are the graph's (default: the graph's)")
  private Integer maxContext;

  @Option(
      names = "--workspace",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "scratch memory that kernels may use, such as 4G (default: all there is)")
  private Long workspace;

  @Option(
      names = "--timing-cache",
      paramLabel = "FILE",
      description = "kernel timings of earlier builds, read and written")
  private Path timingCache;

  @Option(
      names = "--tf32",
      description = "let fp32 products be rounded to TF32: faster, less exact")
  private boolean tf32;

  /** Builds the plan. */
  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (repository == null && BundledModels.isBundled(model)) {
      BundledModels.ensure(model, spec.commandLine().getErr());
    }
    Path directory =
        ModelDirectories.newestVersion(
            repository == null ? BundledModels.repository() : repository, model);
    PlanRequest request =
        new PlanRequest(dtype, maxBatch, maxQueryTokens, maxContext, workspace, timingCache, tf32);
    out.println(new PlanBuilder(directory, ModelManifest.read(directory), request).build());
    out.flush();
    return 0;
  }
}

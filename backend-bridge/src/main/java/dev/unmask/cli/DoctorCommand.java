package dev.unmask.cli;

import dev.unmask.bridge.engine.tensorrt.GpuProbe;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code unmask doctor}: what this machine has for serving, and what it lacks. Changes nothing.
 * Exit code 0 where the default engine can serve, else 1.
 */
@Command(
    name = "doctor",
    description = "Say what of CPU engine, driver, CUDA, TensorRT, devices and plans is there.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"--model-repository", "--repository"},
      paramLabel = "DIR",
      description = "model repository (default: the bundled one)")
  private Path repository;

  @Option(names = "--json", description = "write JSON")
  private boolean json;

  /** Looks and tells. */
  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Diagnosis diagnosis =
        Diagnosis.of(
            repository == null ? BundledModels.repository() : repository, GpuProbe.probeMemory());
    if (json) {
      out.println(diagnosis.toJson());
    } else {
      diagnosis.print(out);
    }
    out.flush();
    return diagnosis.canServe() ? 0 : Main.FAILED;
  }
}

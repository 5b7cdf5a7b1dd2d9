package dev.unmask.capacity.cli;

import dev.unmask.capacity.simulate.Calibration;
import dev.unmask.capacity.simulate.Hardware;
import dev.unmask.cli.BundledModels;
import dev.unmask.cli.ModelDirectories;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unmask capacity calibrate}: what passes cost on this machine, for simulate. */
@Command(
    name = "calibrate",
    description = "Time forward passes on this machine and write what simulate needs of it.",
    mixinStandardHelpOptions = true)
final class CalibrateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--models",
      split = ",",
      required = true,
      paramLabel = "NAME,NAME",
      description = "models to time, of one dtype and several sizes: inflated ones")
  private List<String> models;

  @Option(names = "--repository", paramLabel = "DIR", description = "where they are")
  private Path repository;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "threads for the arithmetic (default: the engine chooses)")
  private int threads;

  @Option(names = "--output", required = true, paramLabel = "F.json", description = "file to write")
  private Path output;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Calibration calibration = new Calibration();
    for (String model : models) {
      if (repository == null && BundledModels.isBundled(model)) {
        BundledModels.ensure(model, spec.commandLine().getErr());
      }
      Path version =
          ModelDirectories.newestVersion(
              repository == null ? BundledModels.repository() : repository, model);
      calibration.time(version, threads, pass -> {});
    }
    Hardware machine = calibration.fit();
    out.println("| model | positions | cached | measured ms | fitted ms | off |");
    out.println("|---|---|---|---|---|---|");
    for (Calibration.Timed pass : calibration.passes()) {
      double fitted = calibration.fitted(machine, pass);
      out.printf(
          Locale.ROOT,
          "| %s | %d | %d | %.2f | %.2f | %+.0f%% |%n",
          pass.model(),
          pass.queries(),
          pass.cached(),
          pass.seconds() * 1e3,
          fitted * 1e3,
          100 * (fitted / pass.seconds() - 1));
    }
    write(machine);
    out.println("written: " + output);
    out.flush();
    return 0;
  }

  private void write(Hardware machine) {
    try {
      Path file = output.toAbsolutePath();
      Path temporary = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".part");
      Files.writeString(temporary, machine.toJson());
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, "--output=" + output + ": " + e, e);
    }
  }
}

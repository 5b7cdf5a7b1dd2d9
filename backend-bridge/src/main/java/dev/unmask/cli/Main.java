package dev.unmask.cli;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line {@code unmask}. Exit codes: 0 all went well, 1 something failed or some inputs
 * did, 2 the command line or its input is wrong.
 */
@Command(
    name = "unmask",
    description = "Decodes text with diffusion language models, block by block in parallel.",
    subcommands = {
      ImportCommand.class,
      InflateCommand.class,
      BuildEngineCommand.class,
      DoctorCommand.class,
      GenerateCommand.class,
      DemoCommand.class,
      ServeCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  static final int FAILED = 1;
  static final int WRONG = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "show where an error came from")
  private boolean verbose;

  /** Runs the command line and exits. */
  public static void main(String[] args) {
    if (Boolean.getBoolean("unmask.warmup")) {
      WarmUp.run();
      return;
    }
    System.exit(run(args));
  }

  /** Runs the command line. */
  static int run(String... args) {
    return commandLine().execute(args);
  }

  /** The command line with all its commands. */
  public static CommandLine commandLine() {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
      provider.commands().forEach(line::addSubcommand);
    }
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, command, parsed) -> main.report(e, command))
        .setParameterExceptionHandler((e, args) -> usageError(e));
  }

  /** Without a command. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  private int report(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    String prefix = command.getCommandSpec().qualifiedName(" ") + ": ";
    boolean expected = e instanceof UnmaskException u && u.code() != ErrorCode.INTERNAL;
    err.println(prefix + (e instanceof UnmaskException ? e.getMessage() : e.toString()));
    if (verbose) {
      err.println(stackTrace(e));
    } else if (!expected) {
      err.println(prefix + "--verbose shows where this came from");
    }
    err.flush();
    return expected && ((UnmaskException) e).code() != ErrorCode.UNAVAILABLE ? WRONG : FAILED;
  }

  private static String stackTrace(Exception e) {
    java.io.StringWriter out = new java.io.StringWriter();
    e.printStackTrace(new PrintWriter(out));
    return out.toString();
  }

  private static int usageError(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName(" ");
    PrintWriter err = command.getErr();
    err.println(name + ": " + e.getMessage() + " (try '" + name + " --help')");
    err.flush();
    return WRONG;
  }

  /** The version that the build recorded. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"unmask " + (version == null ? "development build" : version)};
    }
  }
}

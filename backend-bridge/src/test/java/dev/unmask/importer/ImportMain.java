package dev.unmask.importer;

import dev.unmask.cli.ImportCommand;
import picocli.CommandLine;

/** Runs the import command in a process of its own. */
public final class ImportMain {
  private ImportMain() {}

  /** Exits with the command's code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ImportCommand()).execute(arguments));
  }
}

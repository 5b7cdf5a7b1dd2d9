package dev.unmask.cli;

import java.util.List;

/**
 * Adds commands to the command line {@code unmask}. Found by {@link java.util.ServiceLoader}, so
 * that what a command needs is on the class path of those who have the command only.
 */
public interface CommandProvider {
  /** New objects with picocli's annotations, one for each command. */
  List<Object> commands();
}

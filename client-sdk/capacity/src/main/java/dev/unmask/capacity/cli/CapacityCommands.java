package dev.unmask.capacity.cli;

import dev.unmask.cli.CommandProvider;
import java.util.List;

/** What this module adds to the command line. */
public final class CapacityCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new CapacityCommand());
  }
}

package dev.unmask.capacity.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code unmask capacity}. */
@Command(
    name = "capacity",
    description = "Measure tokens/s, latencies and score of a model under load.",
    mixinStandardHelpOptions = true)
final class CapacityCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 0;
  }
}

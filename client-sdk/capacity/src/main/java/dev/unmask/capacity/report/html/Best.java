package dev.unmask.capacity.report.html;

import java.util.Comparator;
import java.util.Optional;

/**
 * The level at which a target wrote the most tokens per second.
 *
 * @param level the load
 * @param run the figures
 */
record Best(Level level, Run run) {
  /** The best of a target, if it has a speed at all. */
  static Optional<Best> of(Summary summary, Target target) {
    return summary.levels().stream()
        .flatMap(level -> level.run(target).stream().map(run -> new Best(level, run)))
        .filter(best -> best.run().throughput().isPresent())
        .max(Comparator.comparingDouble(best -> best.run().throughput().orElse(0)));
  }
}

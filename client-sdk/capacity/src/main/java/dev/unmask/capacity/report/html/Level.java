package dev.unmask.capacity.report.html;

import java.util.List;
import java.util.Optional;

/**
 * A load that was put on every target.
 *
 * @param value users or requests per second
 * @param label the value with what it is
 * @param runs one for each target
 * @param comparison of the first two targets
 */
record Level(double value, String label, List<Run> runs, Optional<Comparison> comparison) {
  /** The run of a target. */
  Optional<Run> run(Target target) {
    return runs.stream().filter(run -> run.target().equals(target)).findFirst();
  }

  /** The label where there is little room: its number, if it starts with it. */
  String brief() {
    String number = Numbers.measured(value);
    return label.startsWith(number + " ") ? number : label;
  }
}

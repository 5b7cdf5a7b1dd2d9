package dev.unmask.capacity.cli;

import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.LoadProgress;
import dev.unmask.capacity.measure.Experiment;
import dev.unmask.capacity.measure.Subject;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * How a measurement goes: a line that is written over on a terminal, a line for each run elsewhere.
 */
final class ProgressLine implements Experiment.Watcher {
  private final PrintWriter err;
  private final boolean drawn;

  ProgressLine(PrintWriter err, boolean drawn) {
    this.err = err;
    this.drawn = drawn;
  }

  @Override
  public LoadProgress begin(Load load, Subject subject, int run, int runs) {
    String title =
        String.format(Locale.ROOT, "%s, %s, run %d of %d", load.label(), subject.name(), run, runs);
    if (!drawn) {
      err.println("unmask capacity: " + title);
      err.flush();
      return LoadProgress.NONE;
    }
    return (phase, done, failed, tokens, nanos) -> {
      err.printf(
          Locale.ROOT,
          "\r\u001b[K%s: %s %.0f s, %d answers%s, %.0f tokens/s",
          title,
          phase,
          nanos / 1e9,
          done,
          failed == 0 ? "" : ", " + failed + " failed",
          tokens / Math.max(1e-9, nanos / 1e9));
      err.flush();
    };
  }

  void clear() {
    if (drawn) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }
}

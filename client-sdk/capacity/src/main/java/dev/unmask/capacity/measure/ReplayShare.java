package dev.unmask.capacity.measure;

import dev.unmask.capacity.load.Load;
import dev.unmask.capacity.load.RunSamples;
import java.util.List;
import java.util.Optional;

/**
 * How much of a trace was replayed, over all runs: a run ends at its limits, wherever in the trace
 * that is.
 *
 * @param runs each of which began the trace anew
 * @param rows requests of the trace, counted once a run
 * @param sent those that were sent
 */
public record ReplayShare(int runs, int rows, int sent) {
  /** That of some runs; empty where they replayed no trace. */
  static Optional<ReplayShare> of(List<RunSamples> runs) {
    int replays = 0;
    int rows = 0;
    int sent = 0;
    for (RunSamples run : runs) {
      if (run.load() instanceof Load.Replay replay) {
        replays++;
        rows += replay.rows().size();
        // Of an open load nothing is left out but what never ended.
        sent += run.samples().size() + run.unfinished();
      }
    }
    return replays == 0 ? Optional.empty() : Optional.of(new ReplayShare(replays, rows, sent));
  }
}

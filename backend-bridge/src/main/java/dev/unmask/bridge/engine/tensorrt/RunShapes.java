package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.step.RunPlanner;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;

/** Chooses the profile of a run and rounds its sizes up to buckets. */
final class RunShapes {
  private final List<PlanProfile> profiles;
  private final int maxPositions;
  private final int maxQuery;

  /**
   * @param profiles of the plan, in its order
   */
  RunShapes(List<PlanProfile> profiles) {
    this.profiles = List.copyOf(profiles);
    int longest = 0;
    for (PlanProfile profile : profiles) {
      longest = Math.max(longest, profile.query().max());
    }
    maxQuery = longest;
    maxPositions = Math.max(longest, RunPlanner.MAX_RUN_POSITIONS);
  }

  /** Query positions of a run at most, padding included: what staging memory must hold. */
  int maxPositions() {
    return maxPositions;
  }

  /** Query positions of a row at most. */
  int maxQuery() {
    return maxQuery;
  }

  /** Rows that a run of this length may have. */
  int maxBatch(int query) {
    int most = 0;
    for (PlanProfile profile : profiles) {
      if (profile.query().holds(query)) {
        most = Math.max(most, profile.batch().max());
      }
    }
    return most;
  }

  /** Positions whose candidates a run of this length may compute; never less than a row has. */
  int maxOutputs(int query) {
    int most = 0;
    for (PlanProfile profile : profiles) {
      if (profile.query().holds(query)) {
        most = Math.max(most, profile.rows().max());
      }
    }
    return most;
  }

  /**
   * The shape of a run.
   *
   * @param batch its rows
   * @param batchLimit rows that it may be padded to
   * @param query its query positions
   * @param queryLimit positions that each row may be padded to
   * @param outputs positions whose candidates are wanted, at least 1
   * @throws UnmaskException INVALID_ARGUMENT where no profile of the plan holds it
   */
  RunShape choose(int firstRow, int batch, int batchLimit, int query, int queryLimit, int outputs) {
    for (int profile = 0; profile < profiles.size(); profile++) {
      PlanProfile limits = profiles.get(profile);
      if (limits.holds(batch, query, outputs)) {
        int length = Buckets.holding(query, Math.min(queryLimit, limits.query().max()));
        length = (long) batch * length > maxPositions ? query : length;
        int rows = Buckets.holding(batch, Math.min(batchLimit, limits.batch().max()));
        rows = (long) rows * length > maxPositions ? batch : rows;
        int wanted =
            Buckets.coarse(
                outputs, Math.max(outputs, Math.min(rows * length, limits.rows().max())));
        return new RunShape(profile, firstRow, rows, length, wanted);
      }
    }
    throw UnmaskException.invalid(
        "batch="
            + batch
            + " queryCount="
            + query
            + " outputs="
            + outputs
            + ": no profile of the plan holds it: "
            + profiles);
  }
}

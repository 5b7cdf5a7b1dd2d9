package dev.unmask.capacity.simulate;

import dev.unmask.scheduler.StepPlan;

/**
 * What one forward pass has to do, in units that do not depend on hardware.
 *
 * @param weightElements weights that are read: once, however many positions there are
 * @param kvElements keys and values that are read and written
 * @param matrixFlops of products with weights
 * @param attentionFlops of attention
 */
public record PassLoad(
    double weightElements, double kvElements, double matrixFlops, double attentionFlops) {
  /** What a plan's rows have to do where attention goes over the positions that are filled. */
  static PassLoad of(StepPlan plan, ModelShape shape) {
    return of(plan, shape, 0);
  }

  /**
   * What a plan's rows have to do.
   *
   * @param rowPositions of the cache that attention goes over in each row, filled or not, as
   *     TensorRT's over a cache of fixed length; 0 for those that are filled
   */
  static PassLoad of(StepPlan plan, ModelShape shape, int rowPositions) {
    double pairs = 0;
    double cached = 0;
    for (int row = 0; row < plan.rowCount(); row++) {
      int longest = 0;
      for (int query = plan.queryStart(row); query < plan.queryStart(row + 1); query++) {
        int visible = Math.max(rowPositions, plan.visibleTo(query) - plan.visibleFrom(query));
        pairs += visible;
        longest = Math.max(longest, visible);
      }
      cached += longest;
    }
    double queries = plan.queryCount();
    double outputs = plan.outputCount();
    return new PassLoad(
        shape.layerWeights() + (outputs > 0 ? shape.headWeights() : 0),
        (cached + queries) * shape.kvElements(),
        2 * (queries * shape.layerWeights() + outputs * shape.headWeights()),
        4 * pairs * shape.layers() * shape.queryHeads() * shape.headDim());
  }
}

package dev.unmask.bridge.engine.tensorrt;

/**
 * An optimisation profile of a plan: which sizes the graph's symbolic dimensions may take.
 *
 * @param name decode, prefill or long
 * @param batch rows of the cache in one enqueue, the dimension {@code batch}
 * @param query query positions of each row, the dimension {@code query}
 * @param rows positions whose candidates are computed, the dimension {@code rows}
 */
record PlanProfile(String name, ShapeRange batch, ShapeRange query, ShapeRange rows) {
  /** The profile for many short rows. */
  static final String DECODE = "decode";

  /** The profile for a few prompts. */
  static final String PREFILL = "prefill";

  /** The profile for one row of any length. */
  static final String LONG = "long";

  /** Whether a run of this shape may use it. */
  boolean holds(int batchSize, int queryLength, int rowCount) {
    return batch.holds(batchSize) && query.holds(queryLength) && rows.holds(rowCount);
  }
}

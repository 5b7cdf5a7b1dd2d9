package dev.unmask.bridge.engine.tensorrt;

/**
 * A rule that a graph breaks.
 *
 * @param where the node with its operator, or the graph input or output
 * @param detail the value found and the one needed
 */
record GraphViolation(GraphRule rule, String where, String detail) {
  @Override
  public String toString() {
    return where + ": " + rule.id() + ": " + detail;
  }
}

package dev.unmask.bridge.engine.tensorrt;

/**
 * Everything that a recorded run depends on: equal shapes have equal sizes and addresses.
 *
 * @param profile index of the optimisation profile
 * @param firstRow first row of the cache
 * @param batch rows of the cache
 * @param query query positions of each
 * @param rows positions whose candidates are computed
 */
record RunShape(int profile, int firstRow, int batch, int query, int rows) {}

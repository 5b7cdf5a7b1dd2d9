package dev.unmask.capacity.simulate;

import java.util.Arrays;

/**
 * Least squares of the relative error with coefficients that are not negative, by coordinate
 * descent: each coefficient in turn takes its best value while the others stay.
 */
final class NonNegativeFit {
  private static final int ROUNDS = 20_000;
  private static final double SETTLED = 1e-12;

  private NonNegativeFit() {}

  /**
   * Solves {@code terms * x = values} as well as can be.
   *
   * @param terms a row for every value
   * @param values above 0
   */
  static double[] solve(double[][] terms, double[] values) {
    int columns = terms[0].length;
    double[][] scaled = new double[terms.length][columns];
    for (int i = 0; i < terms.length; i++) {
      for (int j = 0; j < columns; j++) {
        scaled[i][j] = terms[i][j] / values[i];
      }
    }
    double[] norms = new double[columns];
    for (double[] row : scaled) {
      for (int j = 0; j < columns; j++) {
        norms[j] += row[j] * row[j];
      }
    }
    double[] x = new double[columns];
    double[] rest = new double[terms.length];
    Arrays.fill(rest, 1);
    for (int round = 0; round < ROUNDS; round++) {
      double moved = 0;
      for (int j = 0; j < columns; j++) {
        moved = Math.max(moved, step(scaled, rest, x, norms, j));
      }
      if (moved < SETTLED) {
        break;
      }
    }
    return x;
  }

  /** Moves one coefficient; returns by how much the largest share of a value changed. */
  private static double step(double[][] scaled, double[] rest, double[] x, double[] norms, int j) {
    if (norms[j] == 0) {
      return 0;
    }
    double slope = 0;
    for (int i = 0; i < rest.length; i++) {
      slope += scaled[i][j] * rest[i];
    }
    double next = Math.max(0, x[j] + slope / norms[j]);
    double change = next - x[j];
    x[j] = next;
    double largest = 0;
    for (int i = 0; i < rest.length; i++) {
      rest[i] -= scaled[i][j] * change;
      largest = Math.max(largest, Math.abs(scaled[i][j] * change));
    }
    return largest;
  }
}

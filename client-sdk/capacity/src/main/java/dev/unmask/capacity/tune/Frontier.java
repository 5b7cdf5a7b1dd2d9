package dev.unmask.capacity.tune;

import java.util.Comparator;
import java.util.List;

/**
 * Which points are worth having: the trade-off between score and speed of the D2F paper (Wang et
 * al., 2025, figure 1). Immutable.
 */
public final class Frontier {
  private final List<TunedPoint> points;

  /** That of some points, at least one. */
  public Frontier(List<TunedPoint> points) {
    this.points = List.copyOf(points);
  }

  /** Whether no other point has at least its score and at least its speed, and more of one. */
  public boolean holds(TunedPoint point) {
    return points.stream().noneMatch(other -> dominates(other, point));
  }

  private static boolean dominates(TunedPoint a, TunedPoint b) {
    boolean asGood = a.score().mean() >= b.score().mean() && a.speed() >= b.speed();
    return asGood && (a.score().mean() > b.score().mean() || a.speed() > b.speed());
  }

  /**
   * The fastest point whose score is near enough to the best.
   *
   * @param margin of the score
   */
  public TunedPoint choose(double margin) {
    double best = points.stream().mapToDouble(point -> point.score().mean()).max().orElseThrow();
    return points.stream()
        .filter(point -> point.score().mean() >= best - margin)
        .max(Comparator.comparingDouble(TunedPoint::speed))
        .orElseThrow();
  }
}

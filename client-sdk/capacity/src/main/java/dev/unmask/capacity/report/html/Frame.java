package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Svg.Anchor;
import dev.unmask.capacity.report.html.Svg.Place;
import dev.unmask.capacity.report.html.Ticks.Tick;

/**
 * The area that a chart's values are drawn in, and what stands around it.
 *
 * @param left its left edge
 * @param top its upper edge
 * @param width how wide it is
 * @param height how high it is
 */
record Frame(double left, double top, double width, double height) {
  /** The room between the drawing's edges and the frame for what stands there. */
  private static final double ABOVE = 26;

  private static final double BELOW = 42;
  private static final double RIGHT = 26;
  private static final double GAP = 8;

  /** A frame with the labels of an axis at its left. */
  static Frame beside(double labelWidth, double height) {
    double left = Math.max(labelWidth + GAP + 2, RIGHT);
    return new Frame(left, ABOVE, Chart.WIDTH - left - RIGHT, height);
  }

  /** A frame with texts at both sides and none above. */
  static Frame between(double leftWidth, double rightWidth, double height) {
    double left = Math.max(leftWidth + GAP + 2, RIGHT);
    double right = Math.max(rightWidth + GAP + 2, RIGHT);
    return new Frame(left, GAP, Chart.WIDTH - left - right, height);
  }

  /** The height of a drawing with this frame. */
  double outerHeight() {
    return top + height + BELOW;
  }

  double right() {
    return left + width;
  }

  double bottom() {
    return top + height;
  }

  double x(Axis axis, double value) {
    return left + width * axis.share(value);
  }

  double y(Axis axis, double value) {
    return bottom() - height * axis.share(value);
  }

  /** Lines across at every tick, their labels at the left, and the title above. */
  void drawUpward(Svg svg, Axis axis) {
    for (Tick tick : axis.ticks()) {
      double y = y(axis, tick.value());
      svg.line(new Place(left, y), new Place(right(), y), "rule");
      svg.text(new Place(left - GAP, y + 4), Anchor.END, "tick", tick.label());
    }
    svg.text(new Place(2, 12), Anchor.START, "title", TextWidth.fit(axis.title(), Chart.WIDTH - 4));
  }

  /** Lines upward at every tick, their labels below, and the title below these. */
  void drawAcross(Svg svg, Axis axis) {
    double free = Double.NEGATIVE_INFINITY;
    for (Tick tick : axis.ticks()) {
      double x = x(axis, tick.value());
      double half = TextWidth.of(tick.label()) / 2;
      svg.line(new Place(x, top), new Place(x, bottom()), "rule");
      if (x - half > free && x + half <= Chart.WIDTH) {
        svg.text(new Place(x, bottom() + 17), Anchor.MIDDLE, "tick", tick.label());
        free = x + half + GAP / 2;
      }
    }
    drawTitleBelow(svg, axis.title());
  }

  /** The title of what lies across. */
  void drawTitleBelow(Svg svg, String title) {
    String line = TextWidth.fit(title, Chart.WIDTH - 4);
    double half = TextWidth.of(line) / 2;
    double x = Math.min(Math.max(left + width / 2, half + 2), Chart.WIDTH - half - 2);
    svg.text(new Place(x, bottom() + 36), Anchor.MIDDLE, "title", line);
  }

  /** The line that values stand on. */
  void drawBase(Svg svg) {
    svg.line(new Place(left, bottom()), new Place(right(), bottom()), "base");
  }
}

package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Svg.Place;
import java.util.List;

/**
 * Points with two measures each, joined or not.
 *
 * @param across the axis to the right
 * @param upward the axis to the top
 * @param series what is drawn
 */
record LineChart(Axis across, Axis upward, List<Series> series) implements Chart {
  private static final double HEIGHT = 240;
  private static final double RADIUS = 4.5;

  /**
   * Points that belong together.
   *
   * @param look of the points
   * @param second whether it is the target's second series: hollow and dashed
   * @param joined whether a line goes through the points
   * @param points in the order of the line
   */
  record Series(Look look, boolean second, boolean joined, List<Point> points) {}

  /**
   * A point.
   *
   * @param x its place on the axis to the right
   * @param y its place on the axis to the top
   * @param label what is written beside it, or nothing
   * @param words all of it
   */
  record Point(double x, double y, String label, String words) {}

  @Override
  public double height() {
    return frame().outerHeight();
  }

  private Frame frame() {
    return Frame.beside(upward.labelWidth(), HEIGHT);
  }

  @Override
  public void draw(Svg svg) {
    Frame frame = frame();
    frame.drawUpward(svg, upward);
    frame.drawAcross(svg, across);
    frame.drawBase(svg);
    Labels labels = new Labels(frame);
    for (Series one : series) {
      one.points().forEach(point -> labels.avoid(place(frame, point)));
      svg.group(one.look().style(), "", () -> draw(svg, frame, one));
    }
    for (Series one : series) {
      one.points().stream()
          .filter(point -> !point.label().isEmpty())
          .forEach(
              point -> labels.write(svg, place(frame, point), TextWidth.fit(point.label(), 90)));
    }
  }

  private void draw(Svg svg, Frame frame, Series one) {
    if (one.joined() && one.points().size() > 1) {
      List<Place> places = one.points().stream().map(point -> place(frame, point)).toList();
      svg.path(places, one.second() ? "curve dashed" : "curve");
    }
    for (Point point : one.points()) {
      svg.group(
          "point",
          point.words(),
          () -> svg.mark(one.look(), place(frame, point), RADIUS, one.second()));
    }
  }

  private Place place(Frame frame, Point point) {
    return new Place(frame.x(across, point.x()), frame.y(upward, point.y()));
  }

  @Override
  public List<String> words() {
    return series.stream().flatMap(one -> one.points().stream()).map(Point::words).toList();
  }
}

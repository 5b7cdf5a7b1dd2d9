package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Svg.Anchor;
import dev.unmask.capacity.report.html.Svg.Place;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A row for each interval, from its least to its greatest value.
 *
 * @param across the axis of the values
 * @param reference a value to compare with
 * @param rows from the top
 */
record IntervalChart(Axis across, OptionalDouble reference, List<Row> rows) implements Chart {
  private static final double PITCH = 19;
  private static final double GROUP_GAP = 8;
  private static final double LEAST_HEIGHT = 110;
  private static final double RADIUS = 4.5;
  private static final double LEFT_MOST = 110;
  private static final double RIGHT_MOST = 145;

  /**
   * An interval.
   *
   * @param label what is written before it; without one it belongs to the row above
   * @param look of its marks
   * @param spots from the least to the greatest
   * @param note what is written behind it
   * @param words all of it
   */
  record Row(String label, Look look, List<Spot> spots, String note, String words) {}

  /** A value on an interval. */
  record Spot(double value, Shape shape) {}

  /** How a value is drawn. */
  enum Shape {
    FULL,
    HOLLOW,
    CAP
  }

  @Override
  public double height() {
    return frame().outerHeight();
  }

  private double rowsHeight() {
    long groups = rows.stream().skip(1).filter(row -> !row.label().isEmpty()).count();
    return PITCH * (rows.size() + 0.6) + GROUP_GAP * groups;
  }

  private Frame frame() {
    double left = rows.stream().mapToDouble(row -> TextWidth.of(row.label())).max().orElse(0);
    double right = rows.stream().mapToDouble(row -> TextWidth.of(row.note())).max().orElse(0);
    return Frame.between(
        Math.min(left, LEFT_MOST),
        Math.min(right, RIGHT_MOST),
        Math.max(LEAST_HEIGHT, rowsHeight()));
  }

  @Override
  public void draw(Svg svg) {
    Frame frame = frame();
    frame.drawAcross(svg, across);
    reference.ifPresent(value -> drawReference(svg, frame, frame.x(across, value)));
    double y = frame.top() + (frame.height() - rowsHeight()) / 2 + PITCH * 0.8;
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      y += i > 0 && !row.label().isEmpty() ? GROUP_GAP : 0;
      double middle = y;
      svg.group(row.look().style(), row.words(), () -> draw(svg, frame, row, middle));
      y += PITCH;
    }
    frame.drawBase(svg);
  }

  private static void drawReference(Svg svg, Frame frame, double x) {
    svg.line(new Place(x, frame.top()), new Place(x, frame.bottom()), "reference");
  }

  private void draw(Svg svg, Frame frame, Row row, double y) {
    svg.text(
        new Place(frame.left() - 8, y + 4),
        Anchor.END,
        "tick",
        TextWidth.fit(row.label(), LEFT_MOST));
    double from = frame.x(across, row.spots().get(0).value());
    double to = frame.x(across, row.spots().get(row.spots().size() - 1).value());
    svg.line(new Place(from, y), new Place(to, y), "stick");
    for (Spot spot : row.spots()) {
      Place place = new Place(frame.x(across, spot.value()), y);
      if (spot.shape() == Shape.CAP) {
        svg.line(new Place(place.x(), y - 5), new Place(place.x(), y + 5), "stick");
      } else {
        svg.mark(row.look(), place, RADIUS, spot.shape() == Shape.HOLLOW);
      }
    }
    svg.text(
        new Place(frame.right() + 8, y + 4),
        Anchor.START,
        "label",
        TextWidth.fit(row.note(), RIGHT_MOST));
  }

  @Override
  public List<String> words() {
    return rows.stream().map(Row::words).toList();
  }
}

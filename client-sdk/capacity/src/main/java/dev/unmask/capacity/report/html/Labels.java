package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Svg.Anchor;
import dev.unmask.capacity.report.html.Svg.Place;
import java.util.ArrayList;
import java.util.List;

/** Finds room for the labels of points; one without room is left out. */
final class Labels {
  private static final double HEIGHT = 12;
  private static final double REACH = 8;

  private final Box bounds;
  private final List<Box> taken = new ArrayList<>();

  /** Within a frame. */
  Labels(Frame frame) {
    bounds = new Box(frame.left(), frame.top() - 6, frame.right() + 18, frame.bottom());
  }

  private record Box(double left, double top, double right, double bottom) {
    boolean meets(Box other) {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }

    boolean holds(Box other) {
      return left <= other.left
          && top <= other.top
          && right >= other.right
          && bottom >= other.bottom;
    }
  }

  /** Keeps the mark of a point free. */
  void avoid(Place point) {
    taken.add(new Box(point.x() - 5, point.y() - 5, point.x() + 5, point.y() + 5));
  }

  /** Writes a label above, below or beside its point. */
  void write(Svg svg, Place point, String text) {
    double width = TextWidth.of(text);
    double middle = point.x() - width / 2;
    double[][] corners = {
      {middle, point.y() - REACH - HEIGHT},
      {middle, point.y() + REACH},
      {point.x() + REACH, point.y() - HEIGHT / 2},
      {point.x() - REACH - width, point.y() - HEIGHT / 2}
    };
    for (double[] corner : corners) {
      Box box = new Box(corner[0], corner[1], corner[0] + width, corner[1] + HEIGHT);
      if (bounds.holds(box) && taken.stream().noneMatch(box::meets)) {
        taken.add(box);
        Place base = new Place(corner[0] + width / 2, corner[1] + HEIGHT - 2);
        svg.text(base, Anchor.MIDDLE, "label", text);
        return;
      }
    }
  }
}

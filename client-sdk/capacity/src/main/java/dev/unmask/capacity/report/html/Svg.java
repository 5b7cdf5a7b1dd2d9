package dev.unmask.capacity.report.html;

import java.util.List;
import java.util.Locale;

/** Draws shapes; how they look is up to the classes of the style sheet. */
final class Svg {
  private final Markup out;
  private final String id;

  /**
   * Draws within an open {@code svg} element.
   *
   * @param out where the element is open
   * @param id the element's own, which the names of its fillings start with
   */
  Svg(Markup out, String id) {
    this.out = out;
    this.id = id;
  }

  /** Where text is tied to its point. */
  enum Anchor {
    START,
    MIDDLE,
    END;

    private String value() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A place in the drawing. */
  record Place(double x, double y) {}

  /** Shapes of one class that say what they are when pointed at. */
  void group(String style, String tip, Runnable shapes) {
    out.open("g", "class", style);
    if (!tip.isEmpty()) {
      out.element("title", tip);
    }
    shapes.run();
    out.close();
  }

  /** A straight line. */
  void line(Place from, Place to, String style) {
    out.empty(
        "line",
        "x1",
        Numbers.coordinate(from.x()),
        "y1",
        Numbers.coordinate(from.y()),
        "x2",
        Numbers.coordinate(to.x()),
        "y2",
        Numbers.coordinate(to.y()),
        "class",
        style);
  }

  /** A line through points. */
  void path(List<Place> places, String style) {
    StringBuilder path = new StringBuilder();
    for (Place place : places) {
      path.append(path.isEmpty() ? 'M' : 'L').append(Numbers.coordinate(place.x()));
      path.append(' ').append(Numbers.coordinate(place.y()));
    }
    out.empty("path", "d", path.toString(), "class", style);
  }

  /** The mark of a target, full or hollow. */
  void mark(Look look, Place at, double radius, boolean hollow) {
    out.empty(
        "path",
        "d",
        look.outline(at.x(), at.y(), radius),
        "class",
        hollow ? "mark hollow" : "mark");
  }

  /** A bar in the filling of a target; {@link #fillings} has to be called before. */
  void bar(Look look, Place corner, double width, double height) {
    out.empty(
        "rect",
        "x",
        Numbers.coordinate(corner.x()),
        "y",
        Numbers.coordinate(corner.y()),
        "width",
        Numbers.coordinate(width),
        "height",
        Numbers.coordinate(height),
        "class",
        "bar",
        "fill",
        look.isHatched() ? "url(#" + filling(look) + ")" : null);
  }

  /** Defines the stripes of bars. */
  void fillings(List<Look> looks) {
    List<Look> hatched = looks.stream().distinct().filter(Look::isHatched).toList();
    if (hatched.isEmpty()) {
      return;
    }
    out.open("defs");
    for (Look look : hatched) {
      out.open(
          "pattern",
          "id",
          filling(look),
          "class",
          look.style(),
          "width",
          "5",
          "height",
          "5",
          "patternUnits",
          "userSpaceOnUse",
          "patternTransform",
          "rotate(" + look.hatch() + ")");
      out.empty("rect", "width", "5", "height", "5", "class", "ground");
      out.empty("rect", "width", "2.6", "height", "5", "class", "stripe");
      out.close();
    }
    out.close();
  }

  private String filling(Look look) {
    return id + "-" + look.style();
  }

  /** One line of text. */
  void text(Place at, Anchor anchor, String style, String text) {
    out.element(
        "text",
        text,
        "x",
        Numbers.coordinate(at.x()),
        "y",
        Numbers.coordinate(at.y()),
        "text-anchor",
        anchor.value(),
        "class",
        style);
  }
}

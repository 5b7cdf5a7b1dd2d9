package dev.unmask.capacity.report.html;

/**
 * How a target looks in every chart. Colour never tells alone: there is a mark for points and a
 * filling for bars.
 */
enum Look {
  /** A disc; bars are full. */
  CIRCLE,
  /** A square; bars are hatched. */
  SQUARE,
  /** A triangle; bars are hatched the other way. */
  TRIANGLE,
  /** A diamond; bars are striped. */
  DIAMOND;

  /** The look of a target by its place in the list. */
  static Look of(int index) {
    return values()[index % values().length];
  }

  /** The class that sets the colour. */
  String style() {
    return "c" + ordinal();
  }

  /** How the stripes of a bar are turned, in degrees; the first has none. */
  int hatch() {
    return switch (this) {
      case CIRCLE, SQUARE -> 45;
      case TRIANGLE -> -45;
      case DIAMOND -> 0;
    };
  }

  /** Whether bars have stripes. */
  boolean isHatched() {
    return this != CIRCLE;
  }

  /** The outline of the mark around a point. */
  String outline(double x, double y, double radius) {
    return switch (this) {
      case CIRCLE ->
          "M" + at(x - radius, y) + arc(radius, x + radius, y) + arc(radius, x - radius, y) + "z";
      case SQUARE -> polygon(x, y, radius * 0.9, -1, -1, 1, -1, 1, 1, -1, 1);
      case TRIANGLE -> polygon(x, y, radius * 1.15, 0, -1, 0.95, 0.75, -0.95, 0.75);
      case DIAMOND -> polygon(x, y, radius * 1.25, 0, -1, 1, 0, 0, 1, -1, 0);
    };
  }

  private static String arc(double radius, double x, double y) {
    return "A" + at(radius, radius) + " 0 0 1 " + at(x, y);
  }

  private static String polygon(double x, double y, double radius, double... corners) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < corners.length; i += 2) {
      path.append(i == 0 ? 'M' : 'L');
      path.append(at(x + radius * corners[i], y + radius * corners[i + 1]));
    }
    return path.append('z').toString();
  }

  private static String at(double x, double y) {
    return Numbers.coordinate(x) + " " + Numbers.coordinate(y);
  }
}

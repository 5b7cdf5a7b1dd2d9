package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Svg.Place;
import java.util.List;

/**
 * A chart with its title, what it shows, and what its marks mean.
 *
 * @param title what it is
 * @param note how it is read
 * @param keys the marks in it
 * @param chart the drawing
 */
record Figure(String title, String note, List<Key> keys, Chart chart) {
  private static final double KEY_WIDTH = 34;
  private static final double KEY_HEIGHT = 14;

  /**
   * What a mark means.
   *
   * @param name in words
   * @param look its colour and shape
   * @param kind how it is drawn
   */
  record Key(String name, Look look, Kind kind) {}

  /** How a key is drawn. */
  enum Kind {
    BAR(KEY_HEIGHT),
    POINT(KEY_HEIGHT),
    HOLLOW(KEY_HEIGHT),
    LINE(KEY_WIDTH),
    DASHED(KEY_WIDTH),
    CAP(KEY_HEIGHT);

    private final double width;

    Kind(double width) {
      this.width = width;
    }
  }

  /** Writes it; the id is its own in the page. */
  void write(Markup out, String id) {
    out.open("figure");
    out.open("figcaption");
    out.element("h3", title).element("p", note);
    if (!keys.isEmpty()) {
      writeKeys(out, id);
    }
    out.close();
    out.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 " + Numbers.coordinate(Chart.WIDTH) + " " + Numbers.coordinate(chart.height()),
        "role",
        "img",
        "class",
        "chart",
        "aria-labelledby",
        id + "-title " + id + "-words");
    out.element("title", title, "id", id + "-title");
    out.element("desc", String.join("; ", chart.words()), "id", id + "-words");
    chart.draw(new Svg(out, id));
    out.close();
    out.close();
  }

  private void writeKeys(Markup out, String id) {
    out.open("ul", "class", "keys");
    for (int i = 0; i < keys.size(); i++) {
      Key key = keys.get(i);
      out.open("li");
      out.open(
          "svg",
          "xmlns",
          "http://www.w3.org/2000/svg",
          "viewBox",
          "0 0 " + Numbers.coordinate(key.kind().width) + " " + Numbers.coordinate(KEY_HEIGHT),
          "class",
          key.kind().width > KEY_HEIGHT ? "key long" : "key",
          "aria-hidden",
          "true");
      Svg svg = new Svg(out, id + "-key" + i);
      if (key.kind() == Kind.BAR) {
        svg.fillings(List.of(key.look()));
      }
      svg.group(key.look().style(), "", () -> draw(key, svg));
      out.close();
      out.element("span", key.name()).close();
    }
    out.close();
  }

  private static void draw(Key key, Svg svg) {
    double x = key.kind().width / 2;
    Place middle = new Place(x, KEY_HEIGHT / 2);
    Place left = new Place(1, KEY_HEIGHT / 2);
    Place right = new Place(KEY_WIDTH - 1, KEY_HEIGHT / 2);
    switch (key.kind()) {
      case BAR -> svg.bar(key.look(), new Place(1, 1), 12, 12);
      case LINE, DASHED ->
          svg.line(left, right, key.kind() == Kind.LINE ? "curve" : "curve dashed");
      case CAP -> svg.line(new Place(x, 2), new Place(x, KEY_HEIGHT - 2), "stick");
      case POINT, HOLLOW -> {}
    }
    if (key.kind() != Kind.BAR && key.kind() != Kind.CAP) {
      boolean hollow = key.kind() == Kind.HOLLOW || key.kind() == Kind.DASHED;
      svg.mark(key.look(), middle, 4.5, hollow);
    }
  }
}

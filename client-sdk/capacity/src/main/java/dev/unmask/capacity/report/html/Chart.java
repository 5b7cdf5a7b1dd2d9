package dev.unmask.capacity.report.html;

import java.util.List;

/** A drawing of values. */
interface Chart {
  /** The width of every drawing; the page scales it. */
  double WIDTH = 440;

  /** The height that it takes. */
  double height();

  /** Draws it. */
  void draw(Svg svg);

  /** Its values in words, for those who do not see it. */
  List<String> words();
}

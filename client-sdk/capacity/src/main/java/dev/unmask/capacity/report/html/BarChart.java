package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Svg.Anchor;
import dev.unmask.capacity.report.html.Svg.Place;
import java.util.List;
import java.util.stream.Stream;

/**
 * Groups of bars from zero.
 *
 * @param across what the groups are
 * @param upward the axis of the bars, from zero
 * @param groups from left to right
 */
record BarChart(String across, Axis upward, List<Group> groups) implements Chart {
  private static final double HEIGHT = 240;
  private static final double WIDEST = 46;
  private static final double SHARE_OF_GROUP = 0.8;

  /**
   * Bars that stand together.
   *
   * @param label what is written below
   * @param bars from left to right
   */
  record Group(String label, List<Bar> bars) {}

  /**
   * A bar.
   *
   * @param look its filling
   * @param value its height
   * @param label what is written above it, where there is room
   * @param words all of it
   */
  record Bar(Look look, double value, String label, String words) {}

  @Override
  public double height() {
    return frame().outerHeight();
  }

  private Frame frame() {
    return Frame.beside(upward.labelWidth(), HEIGHT);
  }

  @Override
  public void draw(Svg svg) {
    svg.fillings(bars().map(Bar::look).toList());
    Frame frame = frame();
    frame.drawUpward(svg, upward);
    frame.drawTitleBelow(svg, across);
    double pitch = frame.width() / groups.size();
    int most = groups.stream().mapToInt(group -> group.bars().size()).max().orElse(1);
    double width = Math.min(WIDEST, pitch * SHARE_OF_GROUP / most);
    for (int i = 0; i < groups.size(); i++) {
      draw(svg, frame, groups.get(i), frame.left() + pitch * (i + 0.5), width);
    }
    frame.drawBase(svg);
    drawLabels(svg, frame, pitch);
  }

  private Stream<Bar> bars() {
    return groups.stream().flatMap(group -> group.bars().stream());
  }

  private void draw(Svg svg, Frame frame, Group group, double middle, double width) {
    boolean labelled = bars().allMatch(bar -> TextWidth.of(bar.label()) <= width + 4);
    double x = middle - width * group.bars().size() / 2;
    for (Bar bar : group.bars()) {
      double left = x;
      double y = frame.y(upward, bar.value());
      svg.group(
          bar.look().style(),
          bar.words(),
          () -> svg.bar(bar.look(), new Place(left + 1, y), width - 2, frame.bottom() - y));
      if (labelled) {
        svg.text(new Place(left + width / 2, y - 4), Anchor.MIDDLE, "label", bar.label());
      }
      x += width;
    }
  }

  /** The labels of the groups; every second, third and so on where all are too wide. */
  private void drawLabels(Svg svg, Frame frame, double pitch) {
    List<String> labels =
        groups.stream()
            .map(group -> TextWidth.fit(group.label(), Math.max(60, pitch - 6)))
            .toList();
    double widest = labels.stream().mapToDouble(TextWidth::of).max().orElse(0) + 6;
    int every = (int) Math.max(1, Math.ceil(widest / pitch));
    for (int i = 0; i < labels.size(); i += every) {
      double x = frame.left() + pitch * (i + 0.5);
      svg.text(new Place(x, frame.bottom() + 17), Anchor.MIDDLE, "tick", labels.get(i));
    }
  }

  @Override
  public List<String> words() {
    return bars().map(Bar::words).toList();
  }
}

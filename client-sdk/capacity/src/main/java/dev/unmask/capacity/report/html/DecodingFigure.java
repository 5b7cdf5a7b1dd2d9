package dev.unmask.capacity.report.html;

import dev.unmask.capacity.report.html.Figure.Kind;
import java.util.List;

/** How many tokens a forward pass gives. */
final class DecodingFigure {
  private DecodingFigure() {}

  /** The figure, or none where no decoding was reported. */
  static List<Figure> of(Summary summary) {
    List<BarChart.Group> groups =
        Charts.bars(summary, run -> run.number("decoding", "tokens_per_pass"), "tokens per pass");
    return groups.isEmpty()
        ? List.of()
        : List.of(
            new Figure(
                "Tokens per pass",
                "Tokens of an answer for each forward pass of the model; more is better.",
                Charts.keys(summary, Kind.BAR),
                Charts.chart(Charts.across(summary), "tokens per pass", groups)));
  }
}

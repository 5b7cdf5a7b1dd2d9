package dev.unmask.capacity.tune;

import dev.unmask.capacity.measure.DecodingFigures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The points of a sweep as a table in Markdown, the fastest first. */
public final class TuneTable {
  private TuneTable() {}

  /**
   * Makes it.
   *
   * @param chosen marked as such
   */
  public static String of(List<TunedPoint> points, TunedPoint chosen) {
    Frontier frontier = new Frontier(points);
    StringBuilder text = new StringBuilder("|");
    points.get(0).parameters().keySet().forEach(name -> text.append(' ').append(name).append(" |"));
    List<String> tasks = new ArrayList<>(points.get(0).score().byTask().keySet());
    tasks.forEach(task -> text.append(" score ").append(task).append(" |"));
    text.append(" score | tokens/s | tokens/pass | passes | positions | |\n|");
    int columns = points.get(0).parameters().size() + tasks.size() + 6;
    text.append("---|".repeat(columns)).append('\n');
    List<TunedPoint> ordered = new ArrayList<>(points);
    ordered.sort(Comparator.comparingDouble(TunedPoint::speed).reversed());
    for (TunedPoint point : ordered) {
      text.append('|');
      point.parameters().values().forEach(value -> text.append(' ').append(value).append(" |"));
      tasks.forEach(task -> cell(text, "%.3f", point.score().byTask().get(task).mean()));
      cell(text, "%.3f", point.score().mean());
      cell(text, "%.0f", point.speed());
      Optional<DecodingFigures> decoding = point.figures().decoding();
      cell(text, "%.2f", decoding.map(DecodingFigures::tokensPerPass).orElse(Double.NaN));
      cell(text, "%.2f", decoding.map(DecodingFigures::forwardPasses).orElse(Double.NaN));
      cell(text, "%.1f", decoding.map(DecodingFigures::queryTokens).orElse(Double.NaN));
      text.append(' ').append(mark(point, chosen, frontier)).append(" |\n");
    }
    return text.toString();
  }

  private static void cell(StringBuilder text, String format, double value) {
    text.append(' ').append(String.format(Locale.ROOT, format, value)).append(" |");
  }

  private static String mark(TunedPoint point, TunedPoint chosen, Frontier frontier) {
    if (point.equals(chosen)) {
      return "chosen";
    }
    return frontier.holds(point) ? "frontier" : "";
  }

  /** Parameters as the command line takes them. */
  public static String options(Map<String, Object> parameters) {
    StringBuilder text = new StringBuilder();
    parameters.forEach(
        (name, value) ->
            text.append(text.isEmpty() ? "" : " ")
                .append("--set ")
                .append(name)
                .append('=')
                .append(value));
    return text.toString();
  }
}

package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report of a capacity run as one page that needs nothing else, for screens and for paper. */
public final class HtmlReport {
  private static final String STYLE_SHEET = "report.css";

  /** The page may load nothing, whatever is in the summary. */
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

  private static final String ICON =
      "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
          + "%3Cpath d='M1 1h6v6H1z' fill='%230b7a75'/%3E"
          + "%3Cpath d='M9 1h6v6H9zM1 9h6v6H1z' fill='%237fb7b3'/%3E"
          + "%3Cpath d='M9 9h6v6H9z' fill='none' stroke='%230b7a75'/%3E%3C/svg%3E";

  private final Summary summary;
  private final Markup out = new Markup();

  private HtmlReport(Summary summary) {
    this.summary = summary;
  }

  /**
   * Writes the report.
   *
   * @param summary of the run, of the schema {@code unmask-capacity/1}; parts may be absent
   * @return the page, in UTF-8's characters, well-formed as XML too
   */
  public static String render(JsonNode summary) {
    return new HtmlReport(Summary.of(Objects.requireNonNull(summary, "summary"))).page();
  }

  private String page() {
    out.doctype().open("html", "xmlns", "http://www.w3.org/1999/xhtml", "lang", "en");
    writeHead();
    out.open("body");
    writeTitle();
    out.open("main");
    writeVerdict();
    TargetCards.write(summary, out);
    writeCharts();
    writeTables();
    writeCircumstances();
    writeDefinitions();
    out.close().close().close();
    return out.toString();
  }

  private String title() {
    return Tuning.of(summary)
        .map(tuning -> "Decoding parameters of " + tuning.chosen().description())
        .orElseGet(
            () ->
                "Capacity of "
                    + summary.targets().stream()
                        .map(Target::name)
                        .collect(Collectors.joining(" and ")));
  }

  private void writeHead() {
    out.open("head").empty("meta", "charset", "utf-8");
    out.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
    out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.empty("meta", "name", "color-scheme", "content", "light dark");
    out.element("title", "Unmask: " + title());
    out.empty("link", "rel", "icon", "href", ICON);
    out.style(styleSheet()).close();
  }

  private static String styleSheet() {
    try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE_SHEET)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeTitle() {
    out.open("header").element("h1", title());
    out.element("p", summary.json().path("created").asText(""), "class", "quiet").close();
  }

  private void writeVerdict() {
    out.element("p", Verdict.of(summary), "class", "verdict");
    JsonNode warnings = summary.json().path("warnings");
    if (!warnings.isEmpty()) {
      out.open("section", "class", "warnings").element("h2", "Warnings").open("ul");
      warnings.forEach(warning -> out.element("li", warning.asText("")));
      out.close().close();
    }
  }

  private void writeCharts() {
    List<Figure> figures =
        Stream.of(
                RatioFigure.of(summary),
                ThroughputFigure.of(summary),
                ScoreFigure.of(summary),
                DecodingFigure.of(summary),
                LatencyFigures.of(summary))
            .flatMap(List::stream)
            .toList();
    if (figures.isEmpty()) {
      return;
    }
    out.open("section", "class", "charts").element("h2", "Charts").open("div", "class", "grid");
    for (int i = 0; i < figures.size(); i++) {
      figures.get(i).write(out, "chart" + (i + 1));
    }
    out.close().close();
  }

  private void writeTables() {
    Tables tables = new Tables(summary);
    if (summary.runs().findAny().isEmpty()) {
      return;
    }
    out.open("section").element("h2", "Figures");
    tables.overview().write(out);
    tables.details().forEach(table -> table.write(out));
    out.close();
    out.open("section").element("h2", "All metrics");
    tables.metrics().forEach(table -> table.write(out));
    out.close();
  }

  private void writeCircumstances() {
    JsonNode json = summary.json();
    out.open("section").element("h2", "How it was measured");
    String command = json.path("command").asText("");
    if (!command.isEmpty()) {
      out.element("h3", "To repeat it");
      out.open("pre").element("code", command).close();
    }
    if (json.hasNonNull("seed")) {
      out.element("p", "Seed " + Json.words(json.path("seed")) + ".", "class", "quiet");
    }
    out.open("div", "class", "columns");
    Facts.writeSection("Load", json.path("load"), out);
    Facts.writeSection("Service objective, ms", json.path("slo"), out);
    Facts.writeSection("Machine", json.path("machine"), out);
    Facts.writeSection("Versions", json.path("versions"), out);
    out.close().close();
  }

  private void writeDefinitions() {
    out.open("section", "class", "definitions").element("h2", "What the measures mean");
    out.open("dl");
    Stream.concat(Term.OTHERS.stream(), Term.METRICS.stream())
        .forEach(
            measure ->
                out.open("div")
                    .element("dt", measure.title())
                    .element("dd", measure.meaning())
                    .close());
    out.close().close();
  }
}

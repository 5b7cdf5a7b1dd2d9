package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.capacity.report.html.Svg.Place;
import java.util.Optional;

/** A card for each target: what it is, its best level, its parameters. */
final class TargetCards {
  private TargetCards() {}

  /** Writes the cards. */
  static void write(Summary summary, Markup out) {
    out.open("div", "class", "cards");
    for (Target target : summary.targets()) {
      out.open("section", "class", "card");
      writeHead(target, out);
      Best.of(summary, target).ifPresent(best -> writeFigures(summary, best, out));
      writeParameters(target.parameters(), out);
      out.close();
    }
    out.close();
  }

  private static void writeHead(Target target, Markup out) {
    out.open("h2");
    out.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 16 16",
        "class",
        "sign",
        "aria-hidden",
        "true");
    Svg svg = new Svg(out, "sign");
    svg.group(target.look().style(), "", () -> svg.mark(target.look(), new Place(8, 8), 6, false));
    out.close();
    out.text(target.name()).close();
    if (!target.description().isEmpty()) {
      out.element("p", target.description(), "class", "quiet");
    }
  }

  private static void writeFigures(Summary summary, Best best, Markup out) {
    Run run = best.run();
    out.open("dl", "class", "figures");
    figure(out, "tokens/s", Numbers.measured(run.throughput()));
    if (run.score().isPresent()) {
      figure(out, "score", Numbers.score(run.score()));
    }
    if (run.number("decoding", "tokens_per_pass").isPresent()) {
      figure(out, "tokens per pass", Numbers.measured(run.number("decoding", "tokens_per_pass")));
    }
    for (String percentile : new String[] {"p50", "p99"}) {
      if (run.metric("request_latency", percentile).isPresent()) {
        figure(
            out,
            "request " + percentile + ", ms",
            Numbers.measured(run.metric("request_latency", percentile)));
      }
    }
    out.close();
    String at = (summary.isSweep() ? "Most tokens/s: at " : "At ") + best.level().label();
    out.element("p", at + ".", "class", "quiet");
  }

  private static void figure(Markup out, String name, String value) {
    out.open("div").element("dt", name).element("dd", value).close();
  }

  private static void writeParameters(JsonNode parameters, Markup out) {
    Optional.of(parameters)
        .filter(JsonNode::isObject)
        .filter(node -> !node.isEmpty())
        .ifPresent(node -> Facts.write(node, out));
  }
}

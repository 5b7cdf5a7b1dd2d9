package dev.unmask.capacity.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Summaries to make reports of, and what is in these. */
final class HtmlSummaries {
  static final ObjectMapper JSON = new ObjectMapper();

  private HtmlSummaries() {}

  /** A summary with two targets and a level for each number of users. */
  static ObjectNode sweep(int... users) {
    ObjectNode summary = JSON.createObjectNode().put("schema", "unmask-capacity/1").put("seed", 1);
    summary.put("created", "2026-11-25T09:00:00Z").put("command", "unmask capacity --users 1");
    summary.putObject("load").put("kind", "closed").put("duration_s", 10.0);
    summary.putObject("machine").put("processors", 2).put("memory_bytes", 8L << 30);
    ArrayNode targets = summary.putArray("targets");
    targets.addObject().put("name", "A").putObject("parameters").put("max_tokens", 96);
    targets.addObject().put("name", "B").put("description", "one token at a time");
    ArrayNode levels = summary.putArray("levels");
    for (int count : users) {
      ObjectNode level = levels.addObject().put("value", (double) count);
      level.put("label", count + (count == 1 ? " user" : " users"));
      ArrayNode runs = level.putArray("runs");
      fill(runs.addObject().put("target", "A"), 3000 + 100 * count, 10 * count, 0.74);
      fill(runs.addObject().put("target", "B"), 2000 + 100 * count, 15 * count, 0.97);
      ObjectNode comparison = level.putObject("comparison");
      comparison.put("ratio", 1.54).put("low", 1.47).put("high", 1.61).put("pairs", 8);
      comparison.put("score_difference", -0.23).put("score_margin", 0.05).put("comparable", false);
    }
    return summary;
  }

  private static void fill(ObjectNode run, double throughput, double latency, double score) {
    run.put("requests", 120).put("duration_s", 10.1).put("steady", true);
    run.putObject("errors").put("UNAVAILABLE", 2);
    run.put("output_token_throughput", throughput).put("request_throughput", 90.1);
    ObjectNode metrics = run.putObject("metrics");
    for (String name : List.of("time_to_first_block", "request_latency")) {
      ObjectNode metric = metrics.putObject(name).put("unit", "ms").put("count", 120);
      metric.put("avg", latency).put("p50", latency).put("p90", latency * 2);
      metric.put("p99", latency * 3).put("p99_9", latency * 4);
    }
    run.putObject("decoding").put("tokens_per_pass", 9.2).put("wasted_positions", 0.75);
    ObjectNode scored = run.putObject("score").put("mean", score).put("n", 96);
    scored.putObject("by_task").putObject("gsm").put("mean", score).put("n", 32);
    run.putObject("driver").put("cpu_share", 0.12).put("bottleneck", false);
    run.putObject("server").put("kv_cache_utilization_max", 0.4);
  }

  /** The run of a level and target, to change it. */
  static ObjectNode run(JsonNode summary, int level, int target) {
    return (ObjectNode) summary.path("levels").path(level).path("runs").path(target);
  }

  /** The report, which must be well-formed. */
  static Document report(JsonNode summary) throws Exception {
    return parse(HtmlReport.render(summary));
  }

  /** Markup as XML. */
  static Document parse(String markup) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(markup)));
  }

  /** The titles of the charts. */
  static List<String> charts(Document report) {
    NodeList figures = report.getElementsByTagName("figure");
    return IntStream.range(0, figures.getLength())
        .mapToObj(
            i -> ((Element) figures.item(i)).getElementsByTagName("h3").item(0).getTextContent())
        .toList();
  }
}

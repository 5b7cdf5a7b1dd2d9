package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.capacity.report.html.HtmlReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a browser shows and prints the report of a capacity run. */
@Tag("browser")
@Timeout(300)
class ITCapacityReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int[] SWEEP = {1, 2, 4, 8, 16, 32, 64, 128};
  private static final int[] ONE = {1};

  /** Texts that are not within their chart, in pixels of the screen. */
  private static final String TEXTS_OUTSIDE =
      "[...document.querySelectorAll('svg text')].filter(text => {"
          + " const inner = text.getBoundingClientRect();"
          + " const outer = text.closest('svg').getBoundingClientRect();"
          + " return inner.left < outer.left - 0.5 || inner.right > outer.right + 0.5"
          + " || inner.top < outer.top - 0.5 || inner.bottom > outer.bottom + 0.5;"
          + "}).map(text => text.textContent)";

  private static Browser browser;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    browser = null;
    browser = Browser.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void consoleIsClean_andNobodyWasAsked() {
    assertEquals(List.of(), browser.takeProblems());
    assertTrue(Set.of("file:///").containsAll(browser.takeOrigins()));
  }

  private void open(JsonNode summary) throws IOException {
    browser.open("about:blank");
    browser.takeProblems();
    browser.takeOrigins();
    Path file = Files.writeString(directory.resolve("report.html"), HtmlReport.render(summary));
    browser.open(file.toUri().toString());
  }

  private static JsonNode summary(int... users) {
    ObjectNode summary = JSON.createObjectNode().put("created", "2026-11-25T09:00:00Z");
    summary.put("command", "unmask capacity --duration 10s --of " + "a_long_name".repeat(20));
    summary.putObject("load").put("kind", "closed");
    summary.putArray("targets").addObject().put("name", "A").put("description", "in blocks");
    summary.withArray("targets").addObject().put("name", "B");
    summary.putArray("warnings").add("a_word_without_any_space".repeat(10));
    for (int count : users) {
      ObjectNode level = summary.withArray("levels").addObject().put("value", count);
      level.put("label", count == 1 ? "1 user" : count + " users");
      double throughput = 9000.0 * count / (count + 2);
      addRun(level, "A", throughput, count * 40e3 / throughput, 0.74);
      addRun(level, "B", throughput * 0.6, count * 80e3 / throughput, 0.97);
      ObjectNode comparison = level.putObject("comparison");
      comparison.put("ratio", 1.6667).put("low", 1.5).put("high", 1.81).put("pairs", 8);
      comparison.put("score_difference", -0.23).put("score_margin", 0.05);
    }
    return summary;
  }

  private static void addRun(
      ObjectNode level, String target, double throughput, double latency, double score) {
    ObjectNode run = level.withArray("runs").addObject().put("target", target);
    run.put("requests", 120).put("output_token_throughput", throughput);
    for (String name : List.of("time_to_first_block", "request_latency")) {
      ObjectNode metric = run.withObject("metrics").putObject(name).put("unit", "ms");
      metric.put("count", 120).put("avg", latency).put("p50", latency);
      metric.put("p90", latency * 1.5).put("p99", latency * 2.2);
    }
    run.putObject("decoding").put("tokens_per_pass", latency / 7);
    run.putObject("score").put("mean", score).put("n", 96);
  }

  private static void assertLaidOut() {
    assertEquals(6, browser.evaluate("document.querySelectorAll('svg[role=img]').length").asInt());
    assertEquals(
        "[]",
        browser
            .evaluate(
                "[...document.querySelectorAll('svg')].map(svg => svg.getBoundingClientRect())"
                    + ".filter(box => box.width < 5 || box.height < 5)")
            .toString());
    assertEquals("[]", browser.evaluate(TEXTS_OUTSIDE).toString());
    assertTrue(
        browser.evaluate("document.documentElement.scrollWidth <= innerWidth").asBoolean(),
        () -> browser.evaluate("document.documentElement.scrollWidth").toString());
  }

  @ParameterizedTest
  @CsvSource({"1280, light", "1280, dark", "360, light", "360, dark"})
  void report_anyScreen_isLaidOutWithinIt(int width, String scheme) throws IOException {
    browser.resize(width, 900, width < 600);
    browser.emulate(Map.of("prefers-color-scheme", scheme));
    for (int[] users : new int[][] {ONE, SWEEP}) {
      open(summary(users));
      assertLaidOut();
    }
    assertEquals(
        scheme.equals("dark"),
        browser
            .evaluate("getComputedStyle(document.body).backgroundColor === 'rgb(18, 22, 26)'")
            .asBoolean());
  }

  @Test
  void report_printed_hasPages() throws IOException {
    browser.resize(1280, 900, false);
    browser.emulate(Map.of("prefers-color-scheme", "dark"));
    open(summary(SWEEP));
    String pdf = browser.print();
    assertTrue(pdf.startsWith("%PDF-"));
    assertTrue(pdf.split("/Type /Page\\b", -1).length > 1, "no page");
  }
}

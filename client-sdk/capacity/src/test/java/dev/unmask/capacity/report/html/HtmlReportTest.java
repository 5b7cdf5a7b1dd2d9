package dev.unmask.capacity.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HtmlReportTest {
  @Test
  void render_sweep_hasAllCharts() throws Exception {
    assertEquals(
        List.of(
            "A against B",
            "Throughput against latency",
            "Score against speed",
            "Tokens per pass",
            "Time to first block",
            "Request latency"),
        HtmlSummaries.charts(HtmlSummaries.report(HtmlSummaries.sweep(1, 2, 4, 8))));
  }

  @Test
  void render_singleLevel_hasBarsAndNoCurve() throws Exception {
    Document report = HtmlSummaries.report(HtmlSummaries.sweep(1));
    assertTrue(HtmlSummaries.charts(report).contains("Throughput"));
    assertFalse(report.getDocumentElement().getTextContent().contains("Throughput against"));
    NodeList paths = report.getElementsByTagName("path");
    for (int i = 0; i < paths.getLength(); i++) {
      assertFalse(((Element) paths.item(i)).getAttribute("class").startsWith("curve"));
    }
  }

  @Test
  void render_everyChart_hasATextAlternative() throws Exception {
    NodeList drawings = HtmlSummaries.report(HtmlSummaries.sweep(1, 2)).getElementsByTagName("svg");
    for (int i = 0; i < drawings.getLength(); i++) {
      Element svg = (Element) drawings.item(i);
      if (!svg.getAttribute("aria-hidden").equals("true")) {
        assertEquals("img", svg.getAttribute("role"));
        assertFalse(svg.getElementsByTagName("title").item(0).getTextContent().isBlank());
        assertFalse(svg.getElementsByTagName("desc").item(0).getTextContent().isBlank());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "{\"levels\": []}",
        "{\"targets\": [{\"name\": \"A\"}], \"levels\": []}",
        "{\"levels\": [{\"value\": 1.0, \"label\": \"1 user\", \"runs\": []}]}",
        "{\"levels\": [{}]}",
        "{\"levels\": [{\"runs\": [{\"target\": \"A\"}]}, {\"runs\": [{}]}]}",
        "{\"levels\": [{\"runs\": [{\"target\": \"A\", \"metrics\": null, \"errors\": []}]}]}",
        "{\"levels\": [{\"comparison\": {\"ratio\": \"NaN\"}, \"runs\": []}]}",
        "{\"levels\": 3, \"targets\": \"A\", \"load\": 1, \"warnings\": {}}"
      })
  void render_partsAreAbsent_givesAPageWithoutCharts(String json) throws Exception {
    JsonNode summary = HtmlSummaries.JSON.readTree(json);
    assertEquals(List.of(), HtmlSummaries.charts(HtmlSummaries.report(summary)));
  }

  @Test
  void render_anyPartRemoved_isStillAPage() throws Exception {
    ObjectNode whole = HtmlSummaries.sweep(1, 8);
    for (String name : Json.names(whole)) {
      HtmlSummaries.report(whole.deepCopy().without(name));
    }
    for (String name : Json.names(HtmlSummaries.run(whole, 1, 0))) {
      ObjectNode without = whole.deepCopy();
      HtmlSummaries.run(without, 1, 0).remove(name);
      HtmlSummaries.report(without);
    }
  }

  @Test
  void render_zeros_givesAPage() throws Exception {
    ObjectNode summary = HtmlSummaries.sweep(0, 0);
    for (int level = 0; level < 2; level++) {
      for (int target = 0; target < 2; target++) {
        ObjectNode run = HtmlSummaries.run(summary, level, target);
        run.put("output_token_throughput", 0).put("request_throughput", 0);
      }
    }
    String page = HtmlReport.render(summary);
    HtmlSummaries.parse(page);
    assertFalse(page.contains("NaN"));
    assertFalse(page.contains("Infinity"));
  }

  @Test
  void render_hostileStrings_areText() throws Exception {
    String hostile = "</title></style><script>alert('1')</script>\"'&amp;\u0000\uD800\u202E";
    ObjectNode summary = HtmlSummaries.sweep(1, 2);
    String json = summary.toString();
    JsonNode changed =
        HtmlSummaries.JSON.readTree(
            json.replace("\"A\"", HtmlSummaries.JSON.writeValueAsString(hostile))
                .replace("UNAVAILABLE", hostileName())
                .replace("1 user\"", hostileName() + "\"")
                .replace("max_tokens", hostileName())
                .replace("kv_cache_utilization_max", hostileName())
                .replace("gsm", hostileName())
                .replace("unmask capacity --users 1", hostileName()));
    ((ObjectNode) changed).putArray("warnings").add(hostile);
    Document report = HtmlSummaries.report(changed);
    assertEquals(0, report.getElementsByTagName("script").getLength());
    assertEquals(0, report.getElementsByTagName("img").getLength());
    assertTrue(report.getDocumentElement().getTextContent().contains("<script>alert('1')"));
  }

  private static String hostileName() {
    return "<img src='x' onerror='alert(1)'/>";
  }

  @Test
  void render_germanLocale_writesTheSame() {
    ObjectNode summary = HtmlSummaries.sweep(1, 16);
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.ROOT);
      String page = HtmlReport.render(summary);
      Locale.setDefault(Locale.GERMANY);
      assertEquals(page, HtmlReport.render(summary));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void render_asksForNothing() {
    String page = HtmlReport.render(HtmlSummaries.sweep(1, 2));
    assertFalse(page.contains("<script"));
    assertFalse(page.replace("http://www.w3.org/", "").contains("http://"));
    assertFalse(page.contains("https://"));
  }
}
